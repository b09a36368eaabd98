import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { unaryShape } from './rules/elementwise.js';

export const leakyRelu: OpDefinition = {
  name: 'leaky_relu',
  documentation: 'x where x > 0, alpha * x elsewhere.',
  inputs: ['x'],
  attributes: [{ name: 'alpha', kind: 'float', default: 0.2, documentation: 'Slope for negative values.' }],
  callable: true,
  shape: unaryShape,
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => [
    builder.emit('leaky_relu_gradient', [outputGradient, x], { alpha: number(attributes, 'alpha') }),
  ],
};
