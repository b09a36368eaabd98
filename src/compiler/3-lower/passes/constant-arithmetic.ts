import type { ProgramNode } from '../../ir/program.js';
import type { OpName } from '../../ops/index.js';
import { integers, number } from '../../ops/rules/attributes.js';

interface Constant {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const unary: Partial<Record<OpName, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  exp: Math.exp,
  log: Math.log,
  relu: (x) => Math.max(x, 0),
  stop_gradient: (x) => x,
};

const binary: Partial<Record<OpName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  maximum: Math.max,
  minimum: Math.min,
  greater: (a, b) => Number(a > b),
  greater_equal: (a, b) => Number(a >= b),
  equal: (a, b) => Number(a === b),
};

/** Row-major strides in which stretched and missing axes do not move: the offset of each element of `shape` in the operand. */
const offsetsIn = (operand: readonly number[], shape: readonly number[]): Int32Array => {
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let axis = operand.length - 1; axis >= 0; axis--) {
    const extent = operand[axis] ?? 1;
    if (extent > 1) strides[shape.length - operand.length + axis] = step;
    step *= extent;
  }
  return walk(shape, strides, 0);
};

/** Offsets of the elements of a shape, in row-major order, for given strides. */
const walk = (shape: readonly number[], strides: readonly number[], start: number): Int32Array => {
  let offsets = [start];
  for (const [axis, extent] of shape.entries()) {
    const stride = strides[axis] ?? 0;
    offsets = offsets.flatMap((offset) => Array.from({ length: extent }, (_, i) => offset + i * stride));
  }
  return Int32Array.from(offsets);
};

const transposed = ({ shape, values }: Constant, permutation: readonly number[]): Float32Array => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  const offsets = walk(
    permutation.map((axis) => shape[axis] ?? 1),
    permutation.map((axis) => strides[axis] ?? 0),
    0,
  );
  return Float32Array.from(offsets, (offset) => values[offset] ?? 0);
};

/** The value of a node with constant inputs, rounded to float32; undefined for operators that are not folded. */
export const evaluateConstant = (node: ProgramNode, operands: readonly Constant[], shape: readonly number[]): Float32Array | undefined => {
  const [first, second] = operands;
  if (first === undefined) return undefined;
  const unaryOperation = unary[node.op];
  if (unaryOperation) return first.values.map(unaryOperation);
  const binaryOperation = binary[node.op];
  if (binaryOperation && second) {
    const left = offsetsIn(first.shape, shape);
    const right = offsetsIn(second.shape, shape);
    return Float32Array.from(left, (offset, i) => binaryOperation(first.values[offset] ?? 0, second.values[right[i] ?? 0] ?? 0));
  }
  switch (node.op) {
    case 'reshape':
      return first.values;
    case 'broadcast_to':
      return Float32Array.from(offsetsIn(first.shape, shape), (offset) => first.values[offset] ?? 0);
    case 'transpose':
      return transposed(first, integers(node.attributes, 'permutation'));
    case 'reduce_max':
      return shape.every((extent) => extent === 1)
        ? Float32Array.of(first.values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY))
        : undefined;
    case 'clip': {
      const least = number(node.attributes, 'minimum');
      const greatest = number(node.attributes, 'maximum');
      return first.values.map((x) => Math.min(Math.max(x, least), greatest));
    }
    default:
      return undefined;
  }
};
