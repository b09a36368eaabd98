import type { OpDefinition } from './op.js';
import { broadcastShape } from './rules/elementwise.js';
import { oneType } from './rules/types.js';

export const add: OpDefinition = {
  name: 'add',
  documentation: 'a + b.',
  inputs: ['a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  type: oneType,
  gradient: (builder, { inputs: [a = 0, b = 0], outputGradient, needs }) => [
    needs[0] ? builder.unbroadcast(outputGradient, builder.shapeOf(a)) : undefined,
    needs[1] ? builder.unbroadcast(outputGradient, builder.shapeOf(b)) : undefined,
  ],
};
