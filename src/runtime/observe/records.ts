import type { Moment } from '../files/index.js';
import type { Evaluation } from '../metrics/index.js';
import type { TrainEnd } from './observer.js';

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
    /** How many times the input is enlarged (bicubic) to be of this size; absent where it is not. */
    readonly enlarged?: number;
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

/** run.json: what a run is made of, and the processes that trained it. Hashes are SHA-256 in hexadecimal. */
export interface RunRecord {
  readonly model: { readonly name: string; readonly variant?: string; readonly file: string };
  /** Hash of what the network and its training compute, whatever the sources look like. */
  readonly network: string;
  /** Hash of each source of the model, by path. */
  readonly sources: Readonly<Record<string, string>>;
  /** Lists of files: the streams of the model, and the pairs held out. The hash is of names and sizes in bytes. */
  readonly data: readonly { readonly name: string; readonly samples: number; readonly sha256: string }[];
  /** In their order; more than one for a run that was resumed. */
  readonly sessions: readonly RunSession[];
}

/** Whether what was read as JSON has the parts of a run.json, so that another file of that name is told. */
export function isRunRecord(value: unknown): value is RunRecord {
  const { model, sources, data, sessions } = isObject(value) ? (value as Partial<Record<keyof RunRecord, unknown>>) : {};
  return isObject(model) && isObject(sources) && Array.isArray(data) && Array.isArray(sessions) && sessions.every(isObject);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A process that trained a run, or a part of it. */
export interface RunSession {
  /** What it went on after; absent where it began the run. */
  readonly from?: Moment;
  readonly mfnc: string;
  readonly node: string;
  readonly platform: string;
  readonly engine: string;
  /** Of the libraries of the engine. */
  readonly versions: Readonly<Record<string, string>>;
  readonly devices: readonly string[];
  readonly threads: number;
  readonly precision: string;
  /** Steps that each stage it has begun is to have. */
  readonly stages: Readonly<Record<string, number>>;
  /** Absent while it runs, and where it was killed. */
  readonly end?: TrainEnd;
}
