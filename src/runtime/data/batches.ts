import type { HostTensor } from '../engines/engine.js';

/** The batches of a stage, taken in order. */
export interface Batches {
  /**
   * Batch number `step`, from 0, as a tensor for each stream. They are made ahead in the order of their numbers; any other may be asked for, too.
   * @throws RuntimeFailure when a picture cannot be read, or the thread that reads it has ended.
   */
  batch(step: number): Promise<Map<string, HostTensor>>;
  /** Stops the making of further batches. */
  close(): void;
}

/** What makes batches without end, by their numbers. */
export interface BatchMaker {
  batch(step: number): Promise<Map<string, HostTensor>>;
}

/** Batches that are made in this thread: the next one while the present one is used, as far as its use leaves this thread time. */
export class DirectBatches implements Batches {
  private next: { readonly step: number; readonly batch: Promise<Map<string, HostTensor>> } | undefined;

  /** @param end number of the batch after the last one. */
  constructor(
    private readonly maker: BatchMaker,
    private readonly end: number,
  ) {}

  async batch(step: number): Promise<Map<string, HostTensor>> {
    const batch = await (this.next?.step === step ? this.next.batch : this.maker.batch(step));
    if (step + 1 < this.end) this.prepare(step + 1);
    return batch;
  }

  close(): void {
    this.next = undefined;
  }

  private prepare(step: number): void {
    const batch = this.maker.batch(step);
    // The failure is met where the batch is awaited; until then it must not count as unhandled.
    batch.catch(() => undefined);
    this.next = { step, batch };
  }
}
