import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { problem } from './rules/problem.js';

export const clip: OpDefinition = {
  name: 'clip',
  documentation: 'x limited to [minimum, maximum]. The gradient passes where x lies in the range, its ends included.',
  inputs: ['x'],
  attributes: [
    { name: 'minimum', kind: 'float', documentation: 'The least value of the result.' },
    { name: 'maximum', kind: 'float', documentation: 'The greatest value of the result.' },
  ],
  callable: true,
  shape: ([x = []], attributes) => {
    const [least, greatest] = [number(attributes, 'minimum'), number(attributes, 'maximum')];
    return least <= greatest ? x : problem(`nothing lies between a minimum of ${least} and a maximum of ${greatest}`);
  },
  gradient: (builder, { inputs: [x = 0], output, outputGradient }) => [
    builder.emit('mul', [outputGradient, builder.emit('equal', [x, output])]),
  ],
};
