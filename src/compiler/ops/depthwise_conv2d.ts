import { multiply } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { channelProblem, convolutionAttributes, convolutionShape, costAtPositions, kernelSize, rank4Pair } from './rules/convolution.js';
import { isProblem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const depthwiseConv2d: OpDefinition = {
  name: 'depthwise_conv2d',
  documentation:
    'Convolution of each channel of x [B, H, W, C] with its own M filters from a kernel [h, w, C, M]; ' +
    'channel c * M + m of the result comes from filter m of channel c.',
  inputs: ['x', 'kernel'],
  attributes: convolutionAttributes,
  callable: true,
  shape: (inputs, attributes, context) => {
    const pair = rank4Pair('depthwise_conv2d', inputs, ['[B, H, W, C]', '[h, w, C, M]'], attributes);
    if (isProblem(pair)) return pair;
    const [x, kernel] = pair;
    return channelProblem(x[3], kernel[2], context) ?? convolutionShape(x, kernel, multiply(kernel[2], kernel[3]), attributes);
  },
  type: oneType,
  cost: ([, kernel = []], output) => costAtPositions(kernel, output.slice(0, 3)),
  gradient: (builder, { inputs: [x = 0, kernel = 0], outputGradient, attributes, needs }) => [
    needs[0]
      ? builder.emit('depthwise_conv2d_input_gradient', [outputGradient, kernel], {
          ...attributes,
          input_size: builder.shapeOf(x).slice(1, 3),
        })
      : undefined,
    needs[1]
      ? builder.emit('depthwise_conv2d_filter_gradient', [x, outputGradient], {
          ...attributes,
          kernel_size: kernelSize(builder.shapeOf(kernel)),
        })
      : undefined,
  ],
};
