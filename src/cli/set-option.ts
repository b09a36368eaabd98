import { Option } from 'commander';
import type { CompileOptions } from '../compiler/2-analyze/options.js';
import { overridesFrom } from '../compiler/2-analyze/variants/overrides.js';

/** What commands that take `--set` get. */
export interface Overriding {
  readonly set?: readonly string[];
}

/** `--set` of every command that reads a model. */
export const setOption = (what = 'give a parameter or a setting of the model another value'): Option =>
  new Option('--set <path=value>', `${what}, as width=16 or training.refinement.lambda=0; may be repeated`).argParser(
    (argument: string, all: readonly string[] = []) => [...all, argument],
  );

/** The overrides that a command line gives; messages about them point into the arguments. */
export const overridesOf = ({ set = [] }: Overriding): Pick<CompileOptions, 'overrides'> =>
  set.length === 0 ? {} : { overrides: [overridesFrom('--set', set)] };
