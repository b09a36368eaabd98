import type { IR, ParameterValue } from '../compiler/ir/ir.js';
import { matchWeights, readWeights, type WeightsFile } from '../runtime/checkpoint/index.js';
import type { HostTensor } from '../runtime/engines/index.js';
import { analyzeFile, printDiagnostics } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import type { ErrorLimit } from './max-errors.js';

/** A model with its trained weights. */
export interface Network {
  readonly ir: IR;
  /** Texts of its sources by path. */
  readonly sources: ReadonlyMap<string, string>;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/**
 * Reads a model and the weights trained for it. Weights carry the parameters that the model had (`width: 16`): where the model is of the same name,
 * it gets them, so that they need not be repeated on the command line.
 * @throws CommandFailure, RuntimeFailure when the weights are of another model.
 */
export async function loadNetwork(model: string, weightsPath: string, limit: ErrorLimit = {}): Promise<Network> {
  const file = await readWeights(weightsPath);
  const plain = analyzeFile(model);
  const parameters = plain.ir === undefined ? {} : trainedParameters(file, plain.ir);
  const result = Object.keys(parameters).length === 0 ? plain : analyzeFile(model, { parameters });
  printDiagnostics(result, limit);
  if (result.ir !== undefined) return { ir: result.ir, sources: result.sources, weights: matchWeights(file, result.ir) };
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
