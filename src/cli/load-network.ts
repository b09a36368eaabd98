import type { IR } from '../compiler/ir/ir.js';
import { matchWeights, readWeights } from '../runtime/checkpoint/index.js';
import type { HostTensor } from '../runtime/engines/index.js';
import { requireIR } from './analyze-file.js';

/** A model with its trained weights. */
export interface Network {
  readonly ir: IR;
  readonly weights: ReadonlyMap<string, HostTensor>;
}

/**
 * Reads a model and the weights trained for it. Weights carry the parameters that the model had (`width: 16`): where the model is of the same name,
 * it gets them, so that they need not be repeated on the command line.
 * @throws CommandFailure, RuntimeFailure when the weights are of another model.
 */
export async function loadNetwork(model: string, weightsPath: string): Promise<Network> {
  const file = await readWeights(weightsPath);
  const { ir } = requireIR(model);
  const known = Object.keys(ir.model.parameters);
  const trained = Object.fromEntries(Object.entries(file.parameters).filter(([name]) => known.includes(name)));
  const isSame = JSON.stringify({ ...ir.model.parameters, ...trained }) === JSON.stringify(ir.model.parameters);
  if (file.model !== ir.model.name || isSame) return { ir, weights: matchWeights(file, ir) };
  const { ir: parameterized } = requireIR(model, { parameters: trained });
  return { ir: parameterized, weights: matchWeights(file, parameterized) };
}
