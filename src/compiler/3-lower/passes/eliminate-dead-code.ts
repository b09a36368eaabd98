import type { Program, TensorId } from '../../ir/program.js';
import { ProgramBuilder } from '../program-builder.js';

/**
 * Leaves out nodes, constants, and inputs of role `parameter` that no output needs. Inputs of the other roles stay, so that a Program can always
 * be fed as its purpose says.
 *
 * Why: inlining and differentiation write whatever might be of use (both arms of a derivative, values of unused ports); engines should not
 * compute it, and emitters should not write it.
 */
export const eliminateDeadCode = (program: Program): Program => {
  const used = new Set<TensorId>(program.outputs.map((output) => output.tensor));
  for (const node of program.nodes.toReversed()) {
    if (used.has(node.output)) for (const input of node.inputs) used.add(input);
  }
  const builder = new ProgramBuilder(program.name, program.purpose);
  const kept = new Map<TensorId, TensorId>();
  const current = (tensor: TensorId): TensorId => kept.get(tensor) ?? tensor;
  const shapeOf = (tensor: TensorId): readonly number[] => program.tensors[tensor]?.shape ?? [];
  for (const { name, role, tensor } of program.inputs) {
    if (role !== 'parameter' || used.has(tensor)) kept.set(tensor, builder.input(name, role, shapeOf(tensor)));
  }
  for (const { tensor, values } of program.constants) {
    if (used.has(tensor)) kept.set(tensor, builder.constant(values, shapeOf(tensor), program.tensors[tensor]?.type));
  }
  for (const { op, inputs, output, attributes, origin } of program.nodes) {
    if (used.has(output)) kept.set(output, builder.emit(op, inputs.map(current), attributes, origin));
  }
  for (const { name, role, tensor } of program.outputs) builder.output(name, role, current(tensor));
  return builder.build();
};
