import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const erf: OpDefinition = {
  name: 'erf',
  documentation: 'The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => {
    const bell = builder.emit('exp', [builder.emit('neg', [builder.emit('square', [x])])]);
    const slope = builder.emit('mul', [bell, builder.scalar(2 / Math.sqrt(Math.PI))]);
    return [builder.emit('mul', [outputGradient, slope])];
  },
};
