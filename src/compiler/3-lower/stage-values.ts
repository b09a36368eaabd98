import { evaluateShape } from '../ir/dimension.js';
import type { IR } from '../ir/ir.js';
import type { Program } from '../ir/program.js';
import { flatten, type Sources } from './flatten.js';
import { type ImageSize, sizesFor } from './inference.js';
import { LoweringFailure } from './lowering-failure.js';
import { optimize } from './passes/index.js';
import { ProgramBuilder } from './program-builder.js';
import { definitionOf } from './weights.js';

/**
 * A Program that computes values of a stage's forward pass as its training does, and nothing after them: what a loss is made of. Its inputs are those of the
 * train step of roles `data` and `parameter`, as far as the values need them.
 * @param values ids of values in the definition of the stage; the results are named by them.
 * @param size size of the batch; by default the batch and patch of the training section.
 * @throws LoweringFailure when there is no such stage or the size breaks a constraint of the model.
 */
export const lowerStageValues = (ir: IR, stageName: string, values: readonly string[], size?: ImageSize, sources?: Sources): Program => {
  const { training } = ir;
  const stage = training?.stages.find(({ name }) => name === stageName);
  if (training === undefined || stage === undefined) throw new LoweringFailure(`${ir.model.name} has no training stage '${stageName}'`);
  const [height, width] = training.patch;
  const sizes = sizesFor(ir, size ?? { batch: training.batch, height, width });
  const outputs = values.map((value) => ({ name: value, value, shape: [] }));
  const definition = { ...definitionOf(ir, stage.definition), outputs, updates: [] };
  const builder = new ProgramBuilder(`${ir.model.name}.${stageName}.values`, 'inference');
  const inputs = new Map(definition.inputs.map((port) => [port.name, builder.input(port.name, 'data', evaluateShape(port.shape, sizes))]));
  const flattened = flatten(ir, definition, inputs, sizes, builder, sources);
  for (const [name, tensor] of flattened.outputs) builder.output(name, 'result', tensor);
  return optimize(builder.build());
};
