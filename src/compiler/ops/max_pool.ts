import type { OpDefinition } from './op.js';
import { poolingAttributes, poolingShape } from './rules/pooling.js';
import { oneType } from './rules/types.js';

export const maxPool: OpDefinition = {
  name: 'max_pool',
  documentation:
    'Maximum over a window of x [B, H, W, C]. Padding never is the maximum. The gradient goes to the first maximum of a window.',
  inputs: ['x'],
  attributes: poolingAttributes,
  callable: true,
  shape: poolingShape,
  type: oneType,
  gradient: (builder, { inputs: [x = 0], output, outputGradient, attributes }) => [
    builder.emit('max_pool_gradient', [x, output, outputGradient], attributes),
  ],
};
