import type { OpDefinition } from './op.js';
import { broadcastShape } from './rules/elementwise.js';
import { oneType } from './rules/types.js';

export const mul: OpDefinition = {
  name: 'mul',
  documentation: 'a * b, element by element.',
  inputs: ['a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  type: oneType,
  gradient: (builder, { inputs: [a = 0, b = 0], outputGradient, needs }) => [
    needs[0] ? builder.unbroadcast(builder.emit('mul', [outputGradient, b]), builder.shapeOf(a)) : undefined,
    needs[1] ? builder.unbroadcast(builder.emit('mul', [outputGradient, a]), builder.shapeOf(b)) : undefined,
  ],
};
