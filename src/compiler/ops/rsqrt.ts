import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const rsqrt: OpDefinition = {
  name: 'rsqrt',
  documentation: '1 / sqrt(x), for x > 0.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { output, outputGradient }) => {
    const cube = builder.emit('mul', [builder.emit('square', [output]), output]);
    return [builder.emit('mul', [outputGradient, builder.emit('mul', [cube, builder.scalar(-0.5)])])];
  },
};
