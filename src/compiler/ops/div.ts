import type { OpDefinition } from './op.js';
import { broadcastShape } from './rules/elementwise.js';

export const div: OpDefinition = {
  name: 'div',
  documentation: 'a / b.',
  inputs: ['a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  gradient: (builder, { inputs: [a = 0, b = 0], output, outputGradient, needs }) => {
    const quotient = builder.emit('div', [outputGradient, b]);
    return [
      needs[0] ? builder.unbroadcast(quotient, builder.shapeOf(a)) : undefined,
      needs[1] ? builder.emit('neg', [builder.unbroadcast(builder.emit('mul', [quotient, output]), builder.shapeOf(b))]) : undefined,
    ];
  },
};
