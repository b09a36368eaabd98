import type { IR } from '../compiler/ir/ir.js';
import type { RunFile } from '../runtime/train/index.js';
import { fileOf, requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import type { ErrorLimit } from './max-errors.js';
import { whyUnreadable } from './source-host.js';

/**
 * The IR of the model of a run, with the overrides of the run file and of `--set`, in which mistakes of them are shown, and the texts of its sources by path.
 * @throws CommandFailure
 */
export function requireTrainableIR(
  { model, overrides, placeOf }: RunFile,
  limit: ErrorLimit = {},
): { readonly ir: IR; readonly sources: ReadonlyMap<string, string> } {
  const reason = whyUnreadable(fileOf(model));
  if (reason !== undefined)
    throw new CommandFailure(2, `${placeOf(['model'])}: cannot read the model ${model}: ${reason}`, 'the path is relative to the run file');
  return requireIR(model, { overrides }, limit);
}
