import { inPrecision, lowerInference, type Precision } from '../../compiler/3-lower/index.js';
import type { IR } from '../../compiler/ir/ir.js';
import type { Engine, HostTensor } from '../engines/engine.js';

/** A model that is run once. */
export interface ModelRun {
  readonly ir: IR;
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly engine: Engine;
  /** In which type convolutions are computed. */
  readonly precision: Precision;
  /** Texts of the model's sources by path: with them a refusal of the engine names the line. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Applies a model to tensors, all of one batch, height and width.
 * @param inputs a tensor for each input of the model by name, NHWC.
 * @returns the outputs by name, NHWC.
 * @throws LoweringFailure for a size that the network does not take, EngineFailure.
 */
export async function runModel(
  { ir, weights, engine, precision, sources }: ModelRun,
  inputs: ReadonlyMap<string, HostTensor>,
): Promise<Map<string, HostTensor>> {
  const [first] = inputs.values();
  const [batch = 0, height = 0, width = 0] = first?.shape ?? [];
  const program = inPrecision(lowerInference(ir, { batch, height, width }, sources), precision);
  const used = program.inputs.filter(({ role }) => role === 'parameter');
  const constants = new Map(used.map(({ name }) => [name, weights.get(name) as HostTensor]));
  const executable = await engine.compile(program, { weights: constants });
  try {
    return await executable.run(inputs);
  } finally {
    await executable.dispose();
  }
}
