import { multiply } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { dimensions } from './rules/attributes.js';
import { channelProblem, convolutionAttributes, costAtPositions, kernelSize, rank4Pair } from './rules/convolution.js';
import { isProblem } from './rules/problem.js';
import { oneType } from './rules/types.js';
import { checkWindowInverse, inputSizeAttribute, windowOf } from './rules/window.js';

export const depthwiseConv2dInputGradient: OpDefinition = {
  name: 'depthwise_conv2d_input_gradient',
  documentation:
    'Gradient of depthwise_conv2d with regard to its input: dy [B, i, j, C * M] and the kernel [h, w, C, M] give [B, H, W, C].',
  inputs: ['dy', 'kernel'],
  attributes: [...convolutionAttributes, inputSizeAttribute],
  callable: false,
  shape: (inputs, attributes, context) => {
    const pair = rank4Pair('depthwise_conv2d_input_gradient', inputs, ['[B, i, j, C * M]', '[h, w, C, M]'], attributes);
    if (isProblem(pair)) return pair;
    const [dy, kernel] = pair;
    const size = dimensions(attributes, 'input_size');
    const window = windowOf(attributes, kernelSize(kernel));
    const wrong =
      channelProblem(dy[3], multiply(kernel[2], kernel[3]), context) ?? checkWindowInverse(size, [dy[1], dy[2]], window, context);
    return wrong ?? [dy[0], ...size, kernel[2]];
  },
  type: oneType,
  cost: ([dy = [], kernel = []]) => costAtPositions(kernel, dy.slice(0, 3)),
  gradient: (builder, { inputs: [dy = 0, kernel = 0], outputGradient, attributes: { input_size: _size, ...window }, needs }) => [
    needs[0] ? builder.emit('depthwise_conv2d', [outputGradient, kernel], window) : undefined,
    needs[1]
      ? builder.emit('depthwise_conv2d_filter_gradient', [outputGradient, dy], {
          ...window,
          kernel_size: kernelSize(builder.shapeOf(kernel)),
        })
      : undefined,
  ],
};
