import { type Moment, RecordFile } from '../files/index.js';
import type { TrainObserver } from './observer.js';

/** A line of log.jsonl: one step of one stage. */
export interface StepRecord extends Moment {
  /** Losses and logged scalars by name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Learning rate of the step. */
  readonly rate: number;
  /** Wall-clock seconds that the step took. */
  readonly seconds: number;
}

/** The log of a run, a line of JSON a step, appended as the steps are done. */
export class TrainingLog implements TrainObserver {
  private constructor(private readonly file: RecordFile<StepRecord>) {}

  /** Opens a log for appending, cut back as `RecordFile.open` says. @throws RuntimeFailure */
  static async open(path: string, keep: (moment: Moment) => boolean): Promise<TrainingLog> {
    return new TrainingLog((await RecordFile.open<StepRecord>(path, keep)).file);
  }

  /** Appends a line. @throws RuntimeFailure, for example when the disk is full. */
  stepDone(record: StepRecord): Promise<void> {
    return this.file.append(record);
  }

  /** Makes sure that all lines are on the disk. */
  flush(): Promise<void> {
    return this.file.flush();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
