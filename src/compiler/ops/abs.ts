import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const abs: OpDefinition = {
  name: 'abs',
  documentation: 'The absolute value of x. The gradient at 0 is 0.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [builder.emit('mul', [outputGradient, builder.emit('sign', [x])])],
};
