import { type Moment, RecordFile } from '../../files/index.js';
import { type StepRecord, stepRecords, type TrainObserver } from '../../observe/index.js';

/** The log of a run, a line of JSON a step, appended as the steps are done. */
export class TrainingLog implements TrainObserver {
  private constructor(
    private readonly file: RecordFile<StepRecord>,
    /** Steps that an earlier part of the run has done, by stage, in the order of the stages. */
    readonly earlier: ReadonlyMap<string, number>,
  ) {}

  /** Opens a log for appending, cut back as `RecordFile.open` says. @throws RuntimeFailure */
  static async open(path: string, keep: (moment: Moment) => boolean): Promise<TrainingLog> {
    const { file, kept } = await RecordFile.open(path, stepRecords, keep);
    return new TrainingLog(file, new Map(kept.map(({ stage, step }) => [stage, step])));
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
