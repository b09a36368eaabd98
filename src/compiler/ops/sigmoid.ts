import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const sigmoid: OpDefinition = {
  name: 'sigmoid',
  documentation: '1 / (1 + exp(-x)).',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { output, outputGradient }) => {
    const complement = builder.emit('sub', [builder.scalar(1), output]);
    return [builder.emit('mul', [outputGradient, builder.emit('mul', [output, complement])])];
  },
};
