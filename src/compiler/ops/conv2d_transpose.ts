import type { OpDefinition } from './op.js';
import { dimensions } from './rules/attributes.js';
import { channelProblem, convolutionAttributes, costAtPositions, kernelSize, rank4Pair } from './rules/convolution.js';
import { isProblem } from './rules/problem.js';
import { oneType } from './rules/types.js';
import { checkWindowInverse, windowOf } from './rules/window.js';

export const conv2dTranspose: OpDefinition = {
  name: 'conv2d_transpose',
  documentation:
    'Transposed convolution of x [B, h, w, A] with a kernel [kh, kw, O, A]: [B, H, W, O]. It is the gradient of conv2d with the same kernel, ' +
    'strides, dilations and padding with regard to its input, so the output size [H, W] is one that this conv2d brings to [h, w].',
  inputs: ['x', 'kernel'],
  attributes: [...convolutionAttributes, { name: 'output_size', kind: 'dimensions', documentation: 'Height and width of the result.' }],
  callable: true,
  shape: (inputs, attributes, context) => {
    const pair = rank4Pair('conv2d_transpose', inputs, ['[B, h, w, A]', '[kh, kw, O, A]'], attributes);
    if (isProblem(pair)) return pair;
    const [x, kernel] = pair;
    const size = dimensions(attributes, 'output_size');
    const window = windowOf(attributes, kernelSize(kernel));
    const wrong = channelProblem(x[3], kernel[3], context) ?? checkWindowInverse(size, [x[1], x[2]], window, context);
    return wrong ?? [x[0], ...size, kernel[2]];
  },
  type: oneType,
  cost: ([x = [], kernel = []]) => costAtPositions(kernel, x.slice(0, 3)),
  gradient: (builder, { inputs: [x = 0, kernel = 0], outputGradient, attributes: { output_size: _size, ...window }, needs }) => [
    needs[0] ? builder.emit('conv2d', [outputGradient, kernel], window) : undefined,
    needs[1]
      ? builder.emit('conv2d_filter_gradient', [outputGradient, x], { ...window, kernel_size: kernelSize(builder.shapeOf(kernel)) })
      : undefined,
  ],
};
