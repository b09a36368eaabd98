import type { IR } from '../../compiler/ir/ir.js';
import type { Engine } from '../engines/engine.js';
import type { TrainObserver } from '../observe/index.js';
import type { BestValidation } from './inspection/validation.js';
import type { OutputFolder } from './output/output-folder.js';
import type { RunFile } from './run-file/run-file.js';
import type { StepLimit } from './stage/step-limit.js';

/** What a training tells whoever started it while it runs. */
export interface TrainReporter extends TrainObserver {
  /** Images of a source that have been looked at, of `total`. */
  checked(source: string, done: number, total: number): void;
  /** Validation images measured, of `total`. */
  validating(done: number, total: number): void;
  note(line: string): void;
}

/** What is to be trained, on what and for how long. */
export interface TrainRequest {
  readonly run: RunFile;
  readonly ir: IR;
  /** Texts of the model's sources by path: with them a refusal of the engine names the line. */
  readonly sources?: ReadonlyMap<string, string>;
  readonly engine: Engine;
  readonly resume: boolean;
  /** Ends each stage after so many steps. */
  readonly maxSteps?: StepLimit;
  /** Once aborted, the running step is finished and a checkpoint written. */
  readonly signal: AbortSignal;
  readonly reporter: TrainReporter;
}

/** How a training ended. */
export interface TrainOutcome {
  readonly folder: OutputFolder;
  readonly interrupted: boolean;
  /** Where the training stands. */
  readonly stage: string;
  readonly step: number;
  /** Of the validation pairs, where there are any and the training is complete. */
  readonly validation?: { readonly psnr: number; readonly ssim: number; readonly images: number };
  /** The best validation so far, whose weights are in best.safetensors. */
  readonly best?: BestValidation;
}
