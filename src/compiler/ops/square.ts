import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const square: OpDefinition = {
  name: 'square',
  documentation: 'x * x.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [
    builder.emit('mul', [outputGradient, builder.emit('mul', [x, builder.scalar(2)])]),
  ],
};
