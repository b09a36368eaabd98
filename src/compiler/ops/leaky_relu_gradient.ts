import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { sameShape } from './rules/elementwise.js';
import { oneType } from './rules/types.js';

export const leakyReluGradient: OpDefinition = {
  name: 'leaky_relu_gradient',
  documentation:
    'Gradient of leaky_relu: dy where x > 0, alpha * dy elsewhere. x may be the result of leaky_relu where alpha is not negative.',
  inputs: ['dy', 'x'],
  attributes: [{ name: 'alpha', kind: 'float', default: 0.2, documentation: 'Slope for negative values.' }],
  callable: false,
  shape: sameShape,
  type: oneType,
  gradient: (builder, { inputs: [, x = 0], outputGradient, attributes }) => [
    builder.emit('leaky_relu_gradient', [outputGradient, x], { alpha: number(attributes, 'alpha') }),
    undefined,
  ],
};
