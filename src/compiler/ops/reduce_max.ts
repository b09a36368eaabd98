import type { OpDefinition } from './op.js';
import { reducedAxes, reductionAttributes, reductionShape, restoreAxes } from './rules/axes.js';

export const reduceMax: OpDefinition = {
  name: 'reduce_max',
  documentation: 'The maximum over the axes. Elements that share the maximum share its gradient equally.',
  inputs: ['x'],
  attributes: reductionAttributes,
  callable: true,
  shape: reductionShape,
  gradient: (builder, { inputs: [x = 0], output, outputGradient, attributes }) => {
    const shape = builder.shapeOf(x);
    const isMaximum = builder.emit('equal', [x, restoreAxes(builder, output, shape, attributes)]);
    const count = builder.emit('reduce_sum', [isMaximum], { axes: reducedAxes(attributes, shape.length), keepdims: true });
    const share = builder.emit('div', [restoreAxes(builder, outputGradient, shape, attributes), count]);
    return [builder.emit('mul', [isMaximum, share])];
  },
};
