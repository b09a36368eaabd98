import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const exp: OpDefinition = {
  name: 'exp',
  documentation: 'e to the power of x.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { output, outputGradient }) => [builder.emit('mul', [outputGradient, output])],
};
