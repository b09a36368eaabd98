import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const log: OpDefinition = {
  name: 'log',
  documentation: 'The natural logarithm of x, for x > 0.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [builder.emit('div', [outputGradient, x])],
};
