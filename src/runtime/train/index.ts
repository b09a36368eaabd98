export { InsufficientMemory } from './memory-check.js';
export type { SampleRow, Samples, TrainEnd, TrainObserver } from './observer.js';
export { outputFiles } from './output-folder.js';
export { type RunFile, readRunFile, unknownKey } from './run-file.js';
export { picturesOfRun } from './run-pictures.js';
export { type TrainOutcome, type TrainReporter, type TrainRequest, train } from './train.js';
export type { StepRecord } from './training-log.js';
