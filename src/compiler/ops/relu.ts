import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';
import { oneType } from './rules/types.js';

export const relu: OpDefinition = {
  name: 'relu',
  documentation: 'max(x, 0). The gradient at 0 is 0.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  type: oneType,
  gradient: (builder, { output, outputGradient }) => [builder.emit('relu_gradient', [outputGradient, output])],
};
