import type { ParameterValue } from '../ir/ir.js';
import type { AnalysisObserver } from './observer.js';
import type { OverrideSource } from './variants/overrides.js';

/** How the compiler reaches source texts. It is given by the caller, as the compiler itself touches no file system. */
export interface SourceHost {
  /** Text of a source, undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Path of a module that `fromPath` imports as `specifier`. The standard library, `std/...`, never reaches the host. */
  resolve(fromPath: string, specifier: string): string;
  /** Names of the sources in the folder of a path, for "did you mean". */
  siblings?(path: string): readonly string[];
}

/** Overrides, typed and checked as if they stood in the source; those in `overrides` have the last word. */
export interface CompileOptions {
  /** Parameters of the model: `{ width: 16 }`. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** Settings of the training by name path: `{ batch: 8, patch: [48, 48], 'refinement.lambda': 0, 'refinement.steps': 100, rate: 1e-4 }`. */
  readonly settings?: Readonly<Record<string, ParameterValue>>;
  /** Assignments with the texts that they stand in, applied one after the other as `set` would. */
  readonly overrides?: readonly OverrideSource[];
  /** Whether a source without a model is an error. Default true; false checks a file of blocks and functions. */
  readonly requireModel?: boolean;
  /** Told what names stand for. */
  readonly observer?: AnalysisObserver;
}
