import type { ProgramNode } from '../../../src/compiler/ir/program.js';
import { flag, integers, number, pairs, word } from '../../../src/compiler/ops/rules/attributes.js';
import { reducedAxes } from '../../../src/compiler/ops/rules/axes.js';
import { at, atBroadcast, elementsIn, generate, indicesAt, stridesOf, type Tensor64 } from './tensor.js';

const reduce = (node: ProgramNode, x: Tensor64, shape: readonly number[]): Tensor64 => {
  const axes = reducedAxes(node.attributes, x.shape.length);
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const strides = stridesOf(kept);
  const values = new Float64Array(elementsIn(shape)).fill(node.op === 'reduce_max' ? Number.NEGATIVE_INFINITY : 0);
  for (const [position, value] of x.values.entries()) {
    const indices = indicesAt(x.shape, position);
    const target = indices.reduce((sum, index, axis) => sum + (axes.includes(axis) ? 0 : index * (strides[axis] ?? 0)), 0);
    const before = values[target] ?? 0;
    values[target] = node.op === 'reduce_max' ? Math.max(before, value) : before + value;
  }
  const count = x.values.length / values.length;
  return { shape, values: node.op === 'reduce_mean' ? values.map((sum) => sum / count) : values };
};

const concatenate = (operands: readonly Tensor64[], axis: number, shape: readonly number[]): Tensor64 =>
  generate(shape, (indices) => {
    let index = indices[axis] ?? 0;
    for (const operand of operands) {
      const extent = operand.shape[axis] ?? 0;
      if (index < extent) return at(operand, indices.with(axis, index));
      index -= extent;
    }
    return Number.NaN;
  });

const pad = (node: ProgramNode, x: Tensor64, shape: readonly number[]): Tensor64 => {
  const begins = pairs(node.attributes, 'paddings').map(([before]) => Number(before));
  const mode = word(node.attributes, 'mode');
  const source = (index: number, extent: number): number => {
    if (mode === 'replicate') return Math.min(Math.max(index, 0), extent - 1);
    const edge = mode === 'symmetric' ? 1 : 0;
    if (index < 0) return -index - edge;
    return index >= extent ? 2 * extent - 2 - index + edge : index;
  };
  return generate(shape, (indices) => {
    const shifted = indices.map((index, axis) => index - (begins[axis] ?? 0));
    const outside = shifted.some((index, axis) => index < 0 || index >= (x.shape[axis] ?? 0));
    if (outside && mode === 'constant') return number(node.attributes, 'value');
    return at(
      x,
      shifted.map((index, axis) => source(index, x.shape[axis] ?? 0)),
    );
  });
};

const depthToSpace = (x: Tensor64, block: number, shape: readonly number[]): Tensor64 =>
  generate(shape, ([n = 0, row = 0, column = 0, c = 0]) => {
    const channel = ((row % block) * block + (column % block)) * (shape[3] ?? 0) + c;
    return at(x, [n, Math.floor(row / block), Math.floor(column / block), channel]);
  });

const spaceToDepth = (x: Tensor64, block: number, shape: readonly number[]): Tensor64 =>
  generate(shape, ([n = 0, row = 0, column = 0, channel = 0]) => {
    const channels = x.shape[3] ?? 1;
    const cell = Math.floor(channel / channels);
    return at(x, [n, row * block + Math.floor(cell / block), column * block + (cell % block), channel % channels]);
  });

const multiply = (node: ProgramNode, a: Tensor64, b: Tensor64, shape: readonly number[]): Tensor64 => {
  const ta = flag(node.attributes, 'transpose_a');
  const tb = flag(node.attributes, 'transpose_b');
  const inner = a.shape.at(ta ? -2 : -1) ?? 0;
  return generate(shape, (indices) => {
    const [i = 0, j = 0] = indices.slice(-2);
    const matrix = (operand: Tensor64): readonly number[] => (operand.shape.length === 2 ? [] : indices.slice(0, -2));
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += at(a, [...matrix(a), ...(ta ? [k, i] : [i, k])]) * at(b, [...matrix(b), ...(tb ? [j, k] : [k, j])]);
    }
    return sum;
  });
};

/** Operators that move, repeat, join or sum elements. */
export const rearrange = (node: ProgramNode, operands: readonly Tensor64[], shape: readonly number[]): Tensor64 => {
  const [x = { shape: [], values: new Float64Array() }, second = x] = operands;
  const { attributes } = node;
  switch (node.op) {
    case 'reduce_sum':
    case 'reduce_mean':
    case 'reduce_max':
      return reduce(node, x, shape);
    case 'reshape':
      return { shape, values: x.values };
    case 'transpose': {
      const permutation = integers(attributes, 'permutation');
      return generate(shape, (indices) => {
        const source = new Array<number>(indices.length).fill(0);
        for (const [i, axis] of permutation.entries()) source[axis] = indices[i] ?? 0;
        return at(x, source);
      });
    }
    case 'concat':
      return concatenate(operands, number(attributes, 'axis'), shape);
    case 'slice': {
      const begin = integers(attributes, 'begin');
      return generate(shape, (indices) =>
        at(
          x,
          indices.map((index, axis) => index + (begin[axis] ?? 0)),
        ),
      );
    }
    case 'gather': {
      const [list, axis] = [integers(attributes, 'indices'), number(attributes, 'axis')];
      return generate(shape, (indices) => at(x, indices.with(axis, list[indices[axis] ?? 0] ?? Number.NaN)));
    }
    case 'pad':
      return pad(node, x, shape);
    case 'broadcast_to':
      return generate(shape, (indices) => atBroadcast(x, indices));
    case 'reverse': {
      const axes = integers(attributes, 'axes');
      return generate(shape, (indices) =>
        at(
          x,
          indices.map((index, axis) => (axes.includes(axis) ? (shape[axis] ?? 0) - 1 - index : index)),
        ),
      );
    }
    case 'depth_to_space':
      return depthToSpace(x, number(attributes, 'block_size'), shape);
    case 'space_to_depth':
      return spaceToDepth(x, number(attributes, 'block_size'), shape);
    case 'matmul':
      return multiply(node, x, second, shape);
    default:
      throw new Error(`the reference interpreter does not know ${node.op}`);
  }
};
