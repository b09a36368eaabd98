import type { OpDefinition } from './op.js';
import { reductionAttributes, reductionShape, restoreAxes } from './rules/axes.js';

export const reduceSum: OpDefinition = {
  name: 'reduce_sum',
  documentation: 'The sum over the axes.',
  inputs: ['x'],
  attributes: reductionAttributes,
  callable: true,
  shape: reductionShape,
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => {
    const shape = builder.shapeOf(x);
    return [builder.emit('broadcast_to', [restoreAxes(builder, outputGradient, shape, attributes)], { shape })];
  },
};
