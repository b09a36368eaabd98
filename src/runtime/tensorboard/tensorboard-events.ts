import { encodeImage, type RGBImage } from '../data/index.js';
import type { Moment } from '../files/index.js';
import { isScore } from '../metrics/index.js';
import type { Samples, StepRecord, TrainObserver, Validated } from '../observe/index.js';
import { EventFiles } from './event-file.js';
import type { SummaryValue } from './messages.js';

/** What is known when the events are opened. */
export interface EventsPlan {
  /** Folder of the run. */
  readonly folder: string;
  /** Steps that are done, by stage, in the order of the stages; empty for a run that starts. */
  readonly done: ReadonlyMap<string, number>;
  /** The resolved run file. */
  readonly config: string;
  /** Milliseconds since 1970. By default the clock: wall times are the one thing in the files that it decides. */
  readonly now?: () => number;
}

/**
 * Writes TensorBoard's event files into the folder of a run. Steps count over all stages. Tags: `STAGE/LOSS`, `train/rate`, `train/images_per_second`,
 * `validation/METRIC`; images `samples/PAIR/{input,output,truth}`; the run file as the text `config`.
 */
export class TensorBoardEvents implements TrainObserver {
  private readonly done: Map<string, number>;
  /** Pairs whose input and truth, which never change, are in the file. */
  private readonly shown = new Set<string>();

  private constructor(
    private readonly files: EventFiles,
    private readonly config: string,
    done: ReadonlyMap<string, number>,
  ) {
    this.done = new Map(done);
  }

  /** Cuts the files of an interrupted run back to what is done. @throws RuntimeFailure */
  static async open({ folder, done, config, now = Date.now }: EventsPlan): Promise<TensorBoardEvents> {
    const lastStep = [...done.values()].reduce((sum, steps) => sum + steps, 0);
    return new TensorBoardEvents(await EventFiles.open(folder, lastStep, now), lastStep === 0 ? config : '', done);
  }

  async stageStarted(): Promise<void> {
    if (this.config === '' || this.done.size > 0) return;
    await this.append(0, [{ tag: 'config', text: `\`\`\`yaml\n${this.config}\n\`\`\`` }]);
  }

  async stepDone({ stage, step, losses, rate }: StepRecord, imagesPerSecond: number): Promise<void> {
    this.done.set(stage, step);
    const terms = Object.entries(losses).map(([name, scalar]) => ({ tag: `${stage}/${name}`, scalar }));
    const speed = { tag: 'train/images_per_second', scalar: imagesPerSecond };
    await this.append(this.stepOf({ stage, step }), [...terms, { tag: 'train/rate', scalar: rate }, speed]);
  }

  async validated({ mean, ...moment }: Validated): Promise<void> {
    const values = Object.entries(mean).flatMap(([metric, scalar]) => (isScore(scalar) ? [{ tag: `validation/${metric}`, scalar }] : []));
    await this.append(this.stepOf(moment), values);
  }

  async sampled({ rows, ...moment }: Samples): Promise<void> {
    for (const { name, input, output, truth } of rows) {
      const images: Record<string, RGBImage> = { output };
      if (!this.shown.has(name)) Object.assign(images, { input }, truth && { truth });
      this.shown.add(name);
      for (const [kind, { width, height, ...image }] of Object.entries(images)) {
        const png = await encodeImage({ width, height, ...image }, 'png');
        // An event an image: a single one of all would be held as a whole by readers.
        await this.append(this.stepOf(moment), [{ tag: `samples/${name}/${kind}`, png, width, height }]);
      }
    }
  }

  flush(): Promise<void> {
    return this.files.flush();
  }

  close(): Promise<void> {
    return this.files.close();
  }

  private append(step: number, values: readonly SummaryValue[]): Promise<void> {
    return this.files.append(step, { kind: 'values', values });
  }

  /** Counted over the stages. */
  private stepOf({ stage, step }: Moment): number {
    let before = 0;
    for (const [name, steps] of this.done) {
      if (name === stage) break;
      before += steps;
    }
    return before + step;
  }
}
