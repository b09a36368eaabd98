export { InsufficientMemory } from './memory-check.js';
export {
  joinObservers,
  type SampleRow,
  type Samples,
  type TrainEnd,
  type TrainObserver,
  type Validated,
  type ValidationRecord,
} from './observer.js';
export { type OutputFolder, outputFiles } from './output-folder.js';
export type { PictureRecord, SampleRecord } from './picture-files.js';
export { openData } from './run-data.js';
export { describeRun, type RunDescription } from './run-description.js';
export { RunDocument } from './run-document.js';
export { describeMistake, type RunFile, readRunFile, unknownKey } from './run-file.js';
export { picturesOfRun } from './run-pictures.js';
export { startWeights } from './start-weights.js';
export type { StepLimit } from './step-limit.js';
export { type TrainOutcome, type TrainReporter, type TrainRequest, train } from './train.js';
export type { StepRecord } from './training-log.js';
