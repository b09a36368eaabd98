import type { Program, TensorId } from '../../ir/program.js';
import { rewriteProgram } from '../rewrite.js';

const commutative = new Set(['add', 'mul', 'maximum', 'minimum', 'equal']);

/**
 * Computes equal nodes (same operator, inputs and attributes) once.
 *
 * Why: `stop(f(x))` and `f(x)` are the same values, so once stop_gradient is gone the losses of several minimizers share one forward pass; the same
 * holds for gradients that two weights have in common, and for helper functions that are inlined twice.
 */
export const eliminateCommonSubexpressions = (program: Program): Program => {
  const known = new Map<string, TensorId>();
  return rewriteProgram(program, (node, { inputs, emit }) => {
    const operands = commutative.has(node.op) ? [...inputs].sort((a, b) => a - b) : inputs;
    const key = `${node.op}(${operands.join(',')})${JSON.stringify(node.attributes)}`;
    const tensor = known.get(key) ?? emit(node.op, inputs, node.attributes);
    known.set(key, tensor);
    return tensor;
  });
};
