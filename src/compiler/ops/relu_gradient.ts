import type { OpDefinition } from './op.js';
import { sameShape } from './rules/elementwise.js';
import { oneType } from './rules/types.js';

export const reluGradient: OpDefinition = {
  name: 'relu_gradient',
  documentation: 'Gradient of relu: dy where y > 0, 0 elsewhere, for y = relu(x).',
  inputs: ['dy', 'y'],
  attributes: [],
  callable: false,
  shape: sameShape,
  type: oneType,
  gradient: (builder, { inputs: [, y = 0], outputGradient }) => [builder.emit('relu_gradient', [outputGradient, y]), undefined],
};
