import type { OpDefinition } from './op.js';
import { broadcastShape } from './rules/elementwise.js';

export const select: OpDefinition = {
  name: 'select',
  documentation: 'a where the condition is not 0, b elsewhere.',
  inputs: ['condition', 'a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  gradient: (builder, { inputs: [condition = 0, a = 0, b = 0], outputGradient, needs }) => [
    undefined,
    needs[1] ? builder.unbroadcast(builder.emit('select', [condition, outputGradient, builder.scalar(0)]), builder.shapeOf(a)) : undefined,
    needs[2] ? builder.unbroadcast(builder.emit('select', [condition, builder.scalar(0), outputGradient]), builder.shapeOf(b)) : undefined,
  ],
};
