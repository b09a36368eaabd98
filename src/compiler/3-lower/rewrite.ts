import type { Program, ProgramNode, TensorId } from '../ir/program.js';
import { ProgramBuilder } from './program-builder.js';

/** What a rewriting rule sees. Tensors are those of the new Program, which is built as far as the node in question. */
export interface RewriteContext {
  readonly builder: ProgramBuilder;
  /** The inputs of the node. */
  readonly inputs: readonly TensorId[];
  /** Adds a node to the new Program, with the origin of the node that is rewritten. */
  readonly emit: ProgramBuilder['emit'];
}

/** Gives the tensor that replaces the node's output, or undefined to keep the node as it is. */
export type RewriteRule = (node: ProgramNode, context: RewriteContext) => TensorId | undefined;

/** Copies inputs and constants of a Program into a builder and says which tensor became which. */
export const copyLeaves = (program: Program, builder: ProgramBuilder): Map<TensorId, TensorId> => {
  const copied = new Map<TensorId, TensorId>();
  const shapeOf = (tensor: TensorId): readonly number[] => program.tensors[tensor]?.shape ?? [];
  for (const { name, role, tensor } of program.inputs) copied.set(tensor, builder.input(name, role, shapeOf(tensor)));
  for (const { tensor, values } of program.constants)
    copied.set(tensor, builder.constant(values, shapeOf(tensor), program.tensors[tensor]?.type));
  return copied;
};

/**
 * Rebuilds a Program from its first node to its last, asking the rule for each. Inputs and outputs keep names, roles and order.
 * Nodes that the rule left without use stay: dead code elimination removes them.
 */
export const rewriteProgram = (program: Program, rule: RewriteRule): Program => {
  const builder = new ProgramBuilder(program.name, program.purpose);
  const replaced = copyLeaves(program, builder);
  const current = (tensor: TensorId): TensorId => replaced.get(tensor) ?? tensor;
  for (const node of program.nodes) {
    const inputs = node.inputs.map(current);
    const emit: ProgramBuilder['emit'] = (op, operands, attributes) => builder.emit(op, operands, attributes, node.origin);
    replaced.set(node.output, rule(node, { builder, inputs, emit }) ?? emit(node.op, inputs, node.attributes));
  }
  for (const { name, role, tensor } of program.outputs) builder.output(name, role, current(tensor));
  return builder.build();
};
