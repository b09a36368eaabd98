import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const sqrt: OpDefinition = {
  name: 'sqrt',
  documentation: 'The square root of x, for x >= 0. The gradient at 0 is infinite.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { output, outputGradient }) => [
    builder.emit('div', [builder.emit('mul', [outputGradient, builder.scalar(0.5)]), output]),
  ],
};
