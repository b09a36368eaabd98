import type { OpDefinition } from './op.js';
import { broadcastShape } from './rules/elementwise.js';

export const maximum: OpDefinition = {
  name: 'maximum',
  documentation: 'The greater of a and b. Where they are equal the gradient goes to a.',
  inputs: ['a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  gradient: (builder, { inputs: [a = 0, b = 0], outputGradient, needs }) => [
    needs[0]
      ? builder.unbroadcast(builder.emit('mul', [outputGradient, builder.emit('greater_equal', [a, b])]), builder.shapeOf(a))
      : undefined,
    needs[1] ? builder.unbroadcast(builder.emit('mul', [outputGradient, builder.emit('greater', [b, a])]), builder.shapeOf(b)) : undefined,
  ],
};
