import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { unaryShape } from './rules/elementwise.js';
import { oneType } from './rules/types.js';

export const leakyRelu: OpDefinition = {
  name: 'leaky_relu',
  documentation: 'x where x > 0, alpha * x elsewhere.',
  inputs: ['x'],
  attributes: [{ name: 'alpha', kind: 'float', default: 0.2, documentation: 'Slope for negative values.' }],
  callable: true,
  shape: unaryShape,
  type: oneType,
  // With a slope of 0 or more the result has the sign of x, so that nothing but the result need be kept, and convolution, bias and activation
  // can be one kernel in a train step too.
  gradient: (builder, { inputs: [x = 0], output, outputGradient, attributes }) => {
    const alpha = number(attributes, 'alpha');
    return [builder.emit('leaky_relu_gradient', [outputGradient, alpha >= 0 ? output : x], { alpha })];
  },
};
