import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const tanh: OpDefinition = {
  name: 'tanh',
  documentation: 'The hyperbolic tangent of x.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { output, outputGradient }) => [
    builder.emit('mul', [outputGradient, builder.emit('sub', [builder.scalar(1), builder.emit('square', [output])])]),
  ],
};
