import { differentiate } from '../../src/compiler/3-lower/differentiate.js';
import { ProgramBuilder } from '../../src/compiler/3-lower/program-builder.js';
import { copyLeaves } from '../../src/compiler/3-lower/rewrite.js';
import type { Program, TensorId } from '../../src/compiler/ir/program.js';

/**
 * A Program with the results of the given one and, for each input in `wanted`, a result `d <input>`: the gradient of the scalar result `loss`.
 * Inputs that the loss does not depend on have no gradient and get no result.
 */
export const gradientProgram = (program: Program, loss: string, wanted: readonly string[]): Program => {
  const builder = new ProgramBuilder(program.name, program.purpose);
  const tensors = copyLeaves(program, builder);
  const current = (tensor: TensorId): TensorId => tensors.get(tensor) ?? tensor;
  const nodes = program.nodes.map((node) => {
    const inputs = node.inputs.map(current);
    const output = builder.emit(node.op, inputs, node.attributes, node.origin);
    tensors.set(node.output, output);
    return { ...node, inputs, output };
  });
  const scalar = program.outputs.find(({ name }) => name === loss);
  if (scalar === undefined) throw new Error(`the program has no result ${loss}`);
  const inputs = program.inputs.filter(({ name }) => wanted.includes(name));
  const gradients = differentiate(
    builder,
    nodes,
    current(scalar.tensor),
    inputs.map(({ tensor }) => current(tensor)),
  );
  for (const { name, role, tensor } of program.outputs) builder.output(name, role, current(tensor));
  for (const { name, tensor } of inputs) {
    const gradient = gradients.get(current(tensor));
    if (gradient !== undefined) builder.output(`d ${name}`, 'result', gradient);
  }
  return builder.build();
};
