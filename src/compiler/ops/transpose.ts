import type { OpDefinition } from './op.js';
import { integers } from './rules/attributes.js';
import { axesProblem } from './rules/axes.js';
import { extentAt } from './rules/extents.js';
import { problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const transpose: OpDefinition = {
  name: 'transpose',
  documentation: 'The axes in another order: axis i of the result is axis permutation[i] of x.',
  inputs: ['x'],
  attributes: [{ name: 'permutation', kind: 'ints', documentation: 'For each axis of the result the axis of x, from 0.' }],
  callable: true,
  shape: ([x = []], attributes) => {
    const permutation = integers(attributes, 'permutation');
    const wrong = axesProblem(permutation, x.length);
    if (wrong) return wrong;
    if (permutation.length !== x.length) {
      return problem(`the permutation names ${permutation.length} axes, the tensor [${x.join(', ')}] has ${x.length}`, 0);
    }
    return permutation.map((axis) => extentAt(x, axis));
  },
  type: oneType,
  gradient: (builder, { outputGradient, attributes }) => {
    const permutation = integers(attributes, 'permutation');
    return [builder.emit('transpose', [outputGradient], { permutation: permutation.map((_, axis) => permutation.indexOf(axis)) })];
  },
};
