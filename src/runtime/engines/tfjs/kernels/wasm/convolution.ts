import { integers } from '../../../../../compiler/ops/rules/attributes.js';
import type { Tfjs } from '../../library.js';
import { convolutionKernels } from '../convolution.js';
import { type Kernel, type KernelCall, operand, runKernel } from '../kernel.js';
import { dilatedSize, dilateFilter, explicitPadding, imageSize, type Window, windowOf } from '../window.js';
import { transposeByPhases } from './phases.js';
import { frame, padImage, pixelsAt, spread, tapsOf } from './positions.js';

/** Also the gradient of a convolution with regard to its input. */
export const transposed: Kernel = (call) => {
  const [dy, filter] = [operand(call, 0) as Tfjs.Tensor4D, operand(call, 1)];
  const window = windowOf(call.attributes, filter.shape.slice(0, 2));
  const size = imageSize(call.outputShape);
  const [, [top] = [0], [left] = [0]] = explicitPadding(window, size);
  const dilated = dilateFilter(call.tf, filter, window) as Tfjs.Tensor4D;
  const form = { size, strides: window.strides, before: [top, left] } as const;
  return transposeByPhases(call.tf, dy, dilated, form) ?? convolutionKernels.conv2d_transpose(call);
};

/** For each tap the product, over all positions, of the pixels that it met and the gradient: a matrix [C, O]. */
export const filterGradient: Kernel = (call) => {
  const { tf } = call;
  const [x, dy] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, integers(call.attributes, 'kernel_size'));
  const image = padImage(tf, x, window);
  const positions = imageSize(dy.shape);
  const [inputs, outputs] = [x.shape[3] as number, dy.shape[3] as number];
  const gradient = tf.reshape(dy, [-1, outputs]);
  const products = tapsOf(window).map((tap) =>
    tf.tidy(() => tf.matMul(tf.reshape(pixelsAt(tf, image, window, tap, positions), [-1, inputs]), gradient, true, false)),
  );
  return tf.reshape(tf.concat(products, 0), [...call.outputShape]);
};

/** For each tap the sum, over all positions, of the pixels that it met times the gradient: [C, M]. */
export const depthwiseFilterGradient: Kernel = (call) => {
  const { tf } = call;
  const [x, dy] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, integers(call.attributes, 'kernel_size'));
  const image = padImage(tf, x, window);
  const positions = imageSize(dy.shape);
  const [channels, multiplier] = call.outputShape.slice(2) as [number, number];
  const gradient = tf.reshape(dy, [-1, channels, multiplier]);
  const sums = tapsOf(window).map((tap) =>
    tf.tidy(() => tf.sum(tf.mul(tf.reshape(pixelsAt(tf, image, window, tap, positions), [-1, channels, 1]), gradient), [0])),
  );
  return tf.reshape(tf.concat(sums, 0), [...call.outputShape]);
};

/**
 * A depthwise convolution of stride 1 with the flipped filters over the gradient with `stride - 1` zeros after each row and column:
 * dx[p] = sum over taps u of dy[(p + before - d u) / stride] k[u], where the division is whole, and over the M filters of a channel.
 */
export function inputGradient(call: KernelCall, dy: Tfjs.Tensor, filter: Tfjs.Tensor, window: Window): Tfjs.Tensor {
  const { tf } = call;
  const [batch, height, width, channels] = call.outputShape as readonly [number, number, number, number];
  const multiplier = filter.shape[3] as number;
  const [rows, columns] = dilatedSize(window);
  const filters = tf.reshape(dilateFilter(tf, filter, window), [rows, columns, channels * multiplier, 1]);
  const [, [top] = [0], [left] = [0]] = explicitPadding(window, [height, width]);
  const lead = [rows - 1 - top, columns - 1 - left] as const;
  const image = frame(tf, spread(tf, dy, window.strides), lead, [height + rows - 1, width + columns - 1]);
  const attributes = { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
  const gradient = runKernel(call, 'DepthwiseConv2dNative', { x: image, filter: tf.reverse(filters, [0, 1]) }, attributes);
  return multiplier === 1 ? gradient : tf.sum(tf.reshape(gradient, [batch, height, width, channels, multiplier]), [4]);
}

export const depthwiseInputGradient: Kernel = (call) => {
  const [dy, filter] = [operand(call, 0), operand(call, 1)];
  return inputGradient(call, dy, filter, windowOf(call.attributes, filter.shape.slice(0, 2)));
};
