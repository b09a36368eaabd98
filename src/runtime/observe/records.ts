import type { Moment } from '../files/index.js';
import type { Evaluation } from '../metrics/index.js';

/** A line of log.jsonl: one step of one stage. */
export interface StepRecord extends Moment {
  /** Losses and logged scalars by name. */
  readonly losses: Readonly<Record<string, number>>;
  /** Learning rate of the step. */
  readonly rate: number;
  /** Wall-clock seconds that the step took. */
  readonly seconds: number;
  /** Seconds of these in which nothing was computed, because the batch was not ready; absent in older logs. */
  readonly waiting?: number;
}

/** A picture that a run wrote: a grid with a row for each pair and input, output and truth side by side. */
export interface PictureRecord {
  /** Path within the output folder. */
  readonly file: string;
  readonly rows: readonly {
    /** Name of the pair. */
    readonly name: string;
    /** Of each image of the row, in pixels. */
    readonly width: number;
    readonly height: number;
    readonly columns: readonly ('input' | 'output' | 'truth')[];
  }[];
}

/** A line of samples.jsonl. */
export interface SampleRecord extends Moment, PictureRecord {}

/** A line of validation.jsonl: what the model was worth after a step. */
export interface ValidationRecord extends Moment, Evaluation {
  /** Whose mean decides which weights are the best. */
  readonly metric: string;
  /** Of the worst pairs; absent while they are not written. */
  readonly picture?: PictureRecord;
}
