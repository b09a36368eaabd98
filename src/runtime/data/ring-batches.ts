import type { HostTensor } from '../engines/engine.js';
import { RuntimeFailure } from '../files/index.js';
import { isReady, type SharedRing, stopRing, takeBatch } from './batch-ring.js';
import type { Batches, BatchMaker } from './batches.js';
import type { WorkerPool } from './worker-pool.js';

/** Batches that workers make ahead, into a ring of slots, also while this thread computes without a pause. */
export class RingBatches implements Batches {
  private readonly failures = new Map<number, RuntimeFailure>();
  private wake: () => void = () => undefined;

  /** The batch that is next in the ring. */
  private next: number;

  /** @param id tells the replies about this ring from those about another. @param maker makes batches that are asked for out of turn. */
  constructor(
    private readonly ring: SharedRing,
    private readonly pool: WorkerPool,
    id: number,
    private readonly maker: BatchMaker,
  ) {
    this.next = ring.first;
    pool.listener = (reply) => {
      if (reply?.kind === 'failed' && reply.id === id)
        this.failures.set(reply.step, new RuntimeFailure(reply.failure.kind, reply.failure.message));
      this.wake();
    };
  }

  async batch(step: number): Promise<Map<string, HostTensor>> {
    if (step !== this.next) return this.maker.batch(step);
    while (!isReady(this.ring, step)) {
      const failure = this.failures.get(step) ?? this.pool.failure;
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.next = step + 1;
    return takeBatch(this.ring, step);
  }

  close(): void {
    stopRing(this.ring);
  }
}
