import type { RGBImage } from '../data/index.js';
import type { Moment } from '../files/index.js';
import type { StepRecord, ValidationRecord } from './records.js';

/** One pair as it is shown: what goes into the model, what it makes of it as it is now, and what it should be, all of one size. */
export interface SampleRow {
  /** Name of the pair. */
  readonly name: string;
  readonly input: RGBImage;
  /** How many times the input is enlarged here (bicubic), because the model takes it smaller; absent where it is as the model takes it. */
  readonly enlarged?: number;
  readonly output: RGBImage;
  /** Absent where no picture says what it should be. */
  readonly truth?: RGBImage;
}

/** Pictures that were taken after a step of a stage. */
export interface Samples extends Moment {
  readonly rows: readonly SampleRow[];
}

/** A validation with its pictures. */
export interface Validated extends ValidationRecord {
  /** Whether no earlier one of the run was as good; its weights are then in best.safetensors. */
  readonly isBest: boolean;
  /** The pairs of the worst scores, the worst one first. */
  readonly worst: readonly SampleRow[];
}

/** How a training came to its end: `failed` where an error stopped it. */
export type TrainEnd = 'complete' | 'interrupted' | 'failed';

/**
 * What follows a training: its log, event files, the report, the terminal. Each call is awaited before the training goes on, and an error that it throws
 * stops the training; none may touch weights or batches, so that what follows a training never changes what it computes.
 */
export interface TrainObserver {
  /** A stage begins, or goes on, after `done` steps of `total`. */
  stageStarted?(stage: string, done: number, total: number): void | Promise<void>;
  stepDone?(record: StepRecord, imagesPerSecond: number): void | Promise<void>;
  sampled?(samples: Samples): void | Promise<void>;
  validated?(validated: Validated): void | Promise<void>;
  /** A checkpoint follows: what was told so far is on the disk when this returns. */
  flush?(): void | Promise<void>;
  stageEnded?(stage: string): void | Promise<void>;
  /** No step follows. Not to throw: an error of the training would be lost. */
  ended?(end: TrainEnd): void | Promise<void>;
  /** Sets free what is held; the last call. */
  close?(): void | Promise<void>;
}

/** Several observers as one: each call goes to all of them, in their order. */
export function joinObservers(observers: readonly TrainObserver[]): Required<TrainObserver> {
  const all = async (call: (observer: TrainObserver) => void | Promise<void>): Promise<void> => {
    for (const observer of observers) await call(observer);
  };
  return {
    stageStarted: (stage, done, total) => all((observer) => observer.stageStarted?.(stage, done, total)),
    stepDone: (record, imagesPerSecond) => all((observer) => observer.stepDone?.(record, imagesPerSecond)),
    sampled: (samples) => all((observer) => observer.sampled?.(samples)),
    validated: (validated) => all((observer) => observer.validated?.(validated)),
    flush: () => all((observer) => observer.flush?.()),
    stageEnded: (stage) => all((observer) => observer.stageEnded?.(stage)),
    ended: (end) => all((observer) => observer.ended?.(end)),
    close: () => all((observer) => observer.close?.()),
  };
}
