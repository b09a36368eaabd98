import type { OpDefinition } from './op.js';
import { integers } from './rules/attributes.js';
import { axesProblem } from './rules/axes.js';
import { oneType } from './rules/types.js';

export const reverse: OpDefinition = {
  name: 'reverse',
  documentation: 'x with the order of elements turned round along each of the axes.',
  inputs: ['x'],
  attributes: [{ name: 'axes', kind: 'ints', documentation: 'Axes to turn round, from 0.' }],
  callable: true,
  shape: ([x = []], attributes) => axesProblem(integers(attributes, 'axes'), x.length) ?? x,
  type: oneType,
  gradient: (builder, { outputGradient, attributes }) => [
    builder.emit('reverse', [outputGradient], { axes: integers(attributes, 'axes') }),
  ],
};
