import type { GradientBuilder, OpDefinition } from './op.js';
import { integers, number } from './rules/attributes.js';
import { axesProblem } from './rules/axes.js';
import { extentAt } from './rules/extents.js';
import { problem } from './rules/problem.js';

/**
 * Sums the slices of a gradient that were taken from the same slice of x. For each slice of x the places that it went to are gathered, with a slice of
 * zeros in place of those that it lacks, so that no operator is needed that adds at computed positions.
 */
const scatterSum = (builder: GradientBuilder, gradient: number, extent: number, indices: readonly number[], axis: number): number => {
  const places: number[][] = Array.from({ length: extent }, () => []);
  for (const [place, index] of indices.entries()) places[index]?.push(place);
  const most = Math.max(...places.map((found) => found.length));
  const isFull = places.every((found) => found.length === most);
  const shape = builder.shapeOf(gradient);
  const paddings = shape.map((_, i) => [0, i === axis ? 1 : 0]);
  const source = isFull ? gradient : builder.emit('pad', [gradient], { paddings, mode: 'constant', value: 0 });
  const order = places.flatMap((found) => Array.from({ length: most }, (_, i) => found[i] ?? indices.length));
  const gathered = builder.emit('gather', [source], { indices: order, axis });
  if (most === 1) return gathered;
  const groups = [...shape.slice(0, axis), extent, most, ...shape.slice(axis + 1)];
  return builder.emit('reduce_sum', [builder.emit('reshape', [gathered], { shape: groups })], { axes: [axis + 1], keepdims: false });
};

export const gather: OpDefinition = {
  name: 'gather',
  documentation: 'Slices of x along an axis, in the order of a list of indices, which may name a slice several times or not at all.',
  inputs: ['x'],
  attributes: [
    { name: 'indices', kind: 'ints', documentation: 'Which slice each slice of the result is, from 0.' },
    { name: 'axis', kind: 'int', default: 0, documentation: 'The axis along which slices are taken, from 0.' },
  ],
  callable: true,
  shape: ([x = []], attributes) => {
    const axis = number(attributes, 'axis');
    const indices = integers(attributes, 'indices');
    const wrong = axesProblem([axis], x.length);
    if (wrong) return wrong;
    const extent = extentAt(x, axis);
    if (typeof extent !== 'number') return problem(`axis ${axis} has ${extent} elements, which is known only when the model runs`, 0);
    if (indices.length === 0) return problem('the list of indices is empty');
    const outside = indices.find((index) => index < 0 || index >= extent);
    if (outside !== undefined) return problem(`there is no slice ${outside} along axis ${axis}, which has ${extent}, counted from 0`, 0);
    return x.map((size, i) => (i === axis ? indices.length : size));
  },
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => {
    const axis = number(attributes, 'axis');
    return [scatterSum(builder, outputGradient, extentAt(builder.shapeOf(x), axis), integers(attributes, 'indices'), axis)];
  },
};
