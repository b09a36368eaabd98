import type { Program, ProgramNode, TensorId } from '../../ir/program.js';
import { dimensions, flag, integers, number, pairs } from '../../ops/rules/attributes.js';
import { type RewriteContext, rewriteProgram } from '../rewrite.js';
import { simplifyArithmetic } from './simplify-arithmetic.js';

/**
 * Removes nodes that change nothing (a reshape to the same shape, a slice of everything, a sum over no axis) and merges nodes with their like before
 * them (reshape of reshape, transpose of transpose).
 *
 * Why: the standard library and gradient rules are written for the general case; at concrete shapes much of it is the identity. Runs before
 * differentiation too, so that a loss with weight 0 costs no backward pass.
 */
export const simplify = (program: Program): Program =>
  rewriteProgram(program, (node, context) => simplifyShape(node, context) ?? simplifyArithmetic(node, context));

const sameShape = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((extent, i) => extent === b[i]);

const isAscending = (permutation: readonly number[]): boolean => permutation.every((axis, i) => axis === i);

const simplifyShape = (node: ProgramNode, { builder, inputs, emit }: RewriteContext): TensorId | undefined => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const shape = builder.shapeOf(x);
  const before = builder.nodeOf(x);
  const source = before?.inputs[0];
  const { attributes } = node;
  switch (node.op) {
    case 'reshape': {
      if (sameShape(dimensions(attributes, 'shape'), shape)) return x;
      return before?.op === 'reshape' && source !== undefined ? emit('reshape', [source], attributes) : undefined;
    }
    case 'broadcast_to': {
      if (sameShape(dimensions(attributes, 'shape'), shape)) return x;
      return before?.op === 'broadcast_to' && source !== undefined ? emit('broadcast_to', [source], attributes) : undefined;
    }
    case 'transpose': {
      const permutation = integers(attributes, 'permutation');
      if (isAscending(permutation)) return x;
      if (before?.op !== 'transpose' || source === undefined) return undefined;
      const first = integers(before.attributes, 'permutation');
      const combined = permutation.map((axis) => first[axis] ?? 0);
      return isAscending(combined) ? source : emit('transpose', [source], { permutation: combined });
    }
    case 'reverse': {
      if (integers(attributes, 'axes').length === 0 || integers(attributes, 'axes').every((axis) => shape[axis] === 1)) return x;
      const undone = before?.op === 'reverse' && sameShape(integers(before.attributes, 'axes'), integers(attributes, 'axes'));
      return undone ? source : undefined;
    }
    case 'slice':
      return sameShape(dimensions(attributes, 'size'), shape) ? x : undefined;
    case 'pad':
      return pairs(attributes, 'paddings').every(([front, back]) => front === 0 && back === 0) ? x : undefined;
    case 'concat':
      return inputs.length === 1 ? x : undefined;
    case 'depth_to_space':
    case 'space_to_depth':
      return number(attributes, 'block_size') === 1 ? x : undefined;
    case 'reduce_sum':
    case 'reduce_mean':
    case 'reduce_max': {
      const axes = integers(attributes, 'axes');
      const isView = axes.length === 0 ? shape.every((extent) => extent === 1) : axes.every((axis) => shape[axis] === 1);
      const result = flag(attributes, 'keepdims') ? shape.map(() => 1) : [];
      if (!isView) return undefined;
      const kept =
        axes.length === 0 ? result : shape.flatMap((extent, axis) => keptExtent(extent, axes.includes(axis), flag(attributes, 'keepdims')));
      return sameShape(kept, shape) ? x : emit('reshape', [x], { shape: kept });
    }
    default:
      return undefined;
  }
};

const keptExtent = (extent: number, reduced: boolean, keepdims: boolean): number[] => {
  if (!reduced) return [extent];
  return keepdims ? [1] : [];
};
