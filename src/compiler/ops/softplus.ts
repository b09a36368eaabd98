import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const softplus: OpDefinition = {
  name: 'softplus',
  documentation: 'log(1 + exp(x)), computed without overflow.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [builder.emit('mul', [outputGradient, builder.emit('sigmoid', [x])])],
};
