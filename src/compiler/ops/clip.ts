import type { OpDefinition } from './op.js';
import { unaryShape } from './rules/elementwise.js';

export const clip: OpDefinition = {
  name: 'clip',
  documentation: 'x limited to [minimum, maximum]. The gradient passes where x lies in the range, its ends included.',
  inputs: ['x'],
  attributes: [
    { name: 'minimum', kind: 'float', documentation: 'The least value of the result.' },
    { name: 'maximum', kind: 'float', documentation: 'The greatest value of the result.' },
  ],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], output, outputGradient }) => [
    builder.emit('mul', [outputGradient, builder.emit('equal', [x, output])]),
  ],
};
