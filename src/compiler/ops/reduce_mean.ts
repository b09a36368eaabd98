import type { OpDefinition } from './op.js';
import { reducedElements, reductionAttributes, reductionShape, restoreAxes } from './rules/axes.js';

export const reduceMean: OpDefinition = {
  name: 'reduce_mean',
  documentation: 'The mean over the axes.',
  inputs: ['x'],
  attributes: reductionAttributes,
  callable: true,
  shape: reductionShape,
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => {
    const shape = builder.shapeOf(x);
    const share = builder.emit('mul', [outputGradient, builder.scalar(1 / reducedElements(shape, attributes))]);
    return [builder.emit('broadcast_to', [restoreAxes(builder, share, shape, attributes)], { shape })];
  },
};
