import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const neg: OpDefinition = {
  name: 'neg',
  documentation: '-x.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { outputGradient }) => [builder.emit('neg', [outputGradient])],
};
