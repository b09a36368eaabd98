import type { IR, ParameterValue } from '../compiler/ir/ir.js';
import { applyNameMap, mapBeside, matchWeights, readNameMap, readWeights, type WeightsFile } from '../runtime/checkpoint/index.js';
import type { HostTensor } from '../runtime/engines/index.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import type { ErrorLimit } from './max-errors.js';
import { type Overriding, overridesOf } from './set-option.js';

/** A model with its trained weights. */
export interface Network {
  readonly ir: IR;
  /** Texts of its sources by path. */
  readonly sources: ReadonlyMap<string, string>;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/** What commands that read weights let the user say about it. */
export interface NetworkOptions extends ErrorLimit, Overriding {
  /** Path of a name map. */
  readonly map?: string;
}

/** What `--map` of every command with `--weights` is about, for its help. */
export const mapOptionText =
  'name map of weights with other names (default: the .weights.yaml beside the model, where the weights are not of mfnc)';

/**
 * Reads a model and the weights trained for it. Weights carry the parameters that the model had (`width: 16`): where the model is of the same name,
 * it gets them, so that they need not be repeated on the command line. Weights of another library are brought to the model's names and layouts by a
 * name map: the one given, or that beside the model.
 * @throws CommandFailure, RuntimeFailure when the weights are of another model.
 */
export async function loadNetwork(model: string, weightsPath: string, options: NetworkOptions = {}): Promise<Network> {
  const file = await readWeights(weightsPath);
  const overrides = overridesOf(options);
  const plain = analyzeFile(model, overrides);
  const parameters = plain.ir === undefined ? {} : trainedParameters(file, plain.ir);
  const result = Object.keys(parameters).length === 0 ? plain : analyzeFile(model, { parameters, ...overrides });
  printDiagnostics(result, options);
  if (result.ir !== undefined) {
    const { ir, sources } = result;
    const map = options.map ?? mapBeside(model, file, ir);
    const own = map === undefined ? file : applyNameMap(await readNameMap(map), file, ir);
    return { ir, sources, weights: matchWeights(own, ir) };
  }
  if (plain.ir === undefined) throw new CommandFailure(2, '');
  throw new CommandFailure(
    2,
    `${weightsPath}: holds the weights of ${file.model} with ${JSON.stringify(parameters)}, which the model cannot have.`,
  );
}

/** Parameters that the weights were trained with, where they differ from the model's own. */
function trainedParameters(file: WeightsFile, { model }: IR): Record<string, ParameterValue> {
  if (file.model !== model.name) return {};
  return Object.fromEntries(
    Object.entries(file.parameters).filter(
      ([name, value]) => Object.hasOwn(model.parameters, name) && JSON.stringify(value) !== JSON.stringify(model.parameters[name]),
    ),
  );
}
