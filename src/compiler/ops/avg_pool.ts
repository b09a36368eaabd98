import type { OpDefinition } from './op.js';
import { poolingAttributes, poolingShape } from './rules/pooling.js';

export const avgPool: OpDefinition = {
  name: 'avg_pool',
  documentation: 'Mean over a window of x [B, H, W, C]. Padding does not count as elements.',
  inputs: ['x'],
  attributes: poolingAttributes,
  callable: true,
  shape: poolingShape,
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => [
    builder.emit('avg_pool_gradient', [outputGradient], { ...attributes, input_size: builder.shapeOf(x).slice(1, 3) }),
  ],
};
