import type { OpDefinition } from './op.js';
import { integers } from './rules/attributes.js';
import { convolutionAttributes, costAtPositions, rank4Pair } from './rules/convolution.js';
import { isProblem, problem } from './rules/problem.js';
import { oneType } from './rules/types.js';
import { checkWindowInverse, kernelSizeAttribute, windowOf } from './rules/window.js';

export const conv2dFilterGradient: OpDefinition = {
  name: 'conv2d_filter_gradient',
  documentation: 'Gradient of conv2d with regard to its kernel: x [B, H, W, C] and dy [B, i, j, O] give [h, w, C, O].',
  inputs: ['x', 'dy'],
  attributes: [...convolutionAttributes, kernelSizeAttribute],
  callable: false,
  shape: (inputs, attributes, context) => {
    const pair = rank4Pair('conv2d_filter_gradient', inputs, ['[B, H, W, C]', '[B, i, j, O]'], attributes);
    if (isProblem(pair)) return pair;
    const [x, dy] = pair;
    const size = integers(attributes, 'kernel_size');
    if (!context.equal(x[0], dy[0])) return problem(`x has a batch of ${x[0]}, dy of ${dy[0]}`, 0, 1);
    return checkWindowInverse([x[1], x[2]], [dy[1], dy[2]], windowOf(attributes, size), context) ?? [...size, x[3], dy[3]];
  },
  type: oneType,
  cost: ([, dy = []], output) => costAtPositions(output, dy.slice(0, 3)),
  gradient: (builder, { inputs: [x = 0, dy = 0], outputGradient, attributes: { kernel_size: _size, ...window }, needs }) => [
    needs[0]
      ? builder.emit('conv2d_transpose', [dy, outputGradient], { ...window, output_size: builder.shapeOf(x).slice(1, 3) })
      : undefined,
    needs[1] ? builder.emit('conv2d', [x, outputGradient], window) : undefined,
  ],
};
