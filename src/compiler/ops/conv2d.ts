import type { OpDefinition } from './op.js';
import { channelProblem, convolutionAttributes, convolutionShape, costAtPositions, kernelSize, rank4Pair } from './rules/convolution.js';
import { isProblem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const conv2d: OpDefinition = {
  name: 'conv2d',
  documentation:
    'Two-dimensional convolution (cross-correlation) of x [B, H, W, C] with a kernel [h, w, C, O]: y[b, i, j, o] is the sum over u, v, c of ' +
    'x[b, s i + d u - top, s j + d v - left, c] kernel[u, v, c, o].',
  inputs: ['x', 'kernel'],
  attributes: convolutionAttributes,
  callable: true,
  shape: (inputs, attributes, context) => {
    const pair = rank4Pair('conv2d', inputs, ['[B, H, W, C]', '[h, w, C, O]'], attributes);
    if (isProblem(pair)) return pair;
    const [x, kernel] = pair;
    return channelProblem(x[3], kernel[2], context) ?? convolutionShape(x, kernel, kernel[3], attributes);
  },
  type: oneType,
  cost: ([, kernel = []], output) => costAtPositions(kernel, output.slice(0, 3)),
  gradient: (builder, { inputs: [x = 0, kernel = 0], outputGradient, attributes, needs }) => [
    needs[0]
      ? builder.emit('conv2d_transpose', [outputGradient, kernel], { ...attributes, output_size: builder.shapeOf(x).slice(1, 3) })
      : undefined,
    needs[1]
      ? builder.emit('conv2d_filter_gradient', [x, outputGradient], { ...attributes, kernel_size: kernelSize(builder.shapeOf(kernel)) })
      : undefined,
  ],
};
