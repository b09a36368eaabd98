import { add, subtract } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { dimensions, integers } from './rules/attributes.js';
import { extentAt } from './rules/extents.js';
import { problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const slice: OpDefinition = {
  name: 'slice',
  documentation: 'The part of x that begins at `begin` and has the shape `size`.',
  inputs: ['x'],
  attributes: [
    { name: 'begin', kind: 'dimensions', documentation: 'First index along each axis, from 0.' },
    { name: 'size', kind: 'dimensions', documentation: 'Extent along each axis.' },
  ],
  callable: true,
  shape: ([x = []], attributes) => {
    const begin = dimensions(attributes, 'begin');
    const size = dimensions(attributes, 'size');
    if (begin.length !== x.length || size.length !== x.length) {
      return problem(`a slice of [${x.join(', ')}] needs ${x.length} begins and sizes, found ${begin.length} and ${size.length}`, 0);
    }
    for (const [axis, extent] of x.entries()) {
      const from = extentAt(begin, axis);
      const count = extentAt(size, axis);
      if (typeof count === 'number' && count < 1) return problem(`a slice has at least one element along axis ${axis}, not ${count}`, 0);
      const to = add(from, count);
      const left = subtract(extent, to);
      const outside = (typeof from === 'number' && from < 0) || (typeof left === 'number' && left < 0);
      if (outside) return problem(`axis ${axis} has ${extent} elements; a slice from ${from} to ${to} reaches beyond it`, 0);
    }
    return size;
  },
  type: oneType,
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => {
    const begin = integers(attributes, 'begin');
    const size = integers(attributes, 'size');
    const paddings = builder.shapeOf(x).map((extent, axis) => {
      const before = begin[axis] ?? 0;
      return [before, extent - before - (size[axis] ?? 0)];
    });
    return [builder.emit('pad', [outputGradient], { paddings, mode: 'constant', value: 0 })];
  },
};
