import type { Attributes, OpName } from '../../src/compiler/ops/index.js';
import type { OpCase } from '../ops/cases.js';

const image = [2, 5, 6, 3] as const;

const over = (op: OpName, about: string, attributes: Attributes, ...shapes: readonly (readonly number[])[]): OpCase => ({
  op,
  about,
  shapes: shapes.length === 0 ? [image] : shapes,
  attributes,
});

/** A stride-2 transposed convolution of 4x4 filters, the deconvolution of image restoration, and its relatives. */
const transposed = (
  about: string,
  size: number,
  strides: number,
  input: readonly number[],
  output: readonly number[],
  filters = 5,
): OpCase =>
  over('conv2d_transpose', about, { strides: [strides, strides], output_size: [...output] }, [2, ...input, 3], [size, size, filters, 3]);

const filterGradient = (
  about: string,
  size: number,
  stride: number,
  inputs: number,
  outputs: number,
  [h, w]: readonly [number, number],
): OpCase =>
  over(
    'conv2d_filter_gradient',
    about,
    { kernel_size: [size, size], strides: [stride, stride], padding: 'same' },
    [2, h, w, inputs],
    [2, Math.ceil(h / stride), Math.ceil(w / stride), outputs],
  );

/**
 * Operators over images of rank 4, where an engine that keeps images in another layout must move axes, and convolutions at the sizes
 * and strides for which an engine may choose another algorithm.
 */
export const imageCases: readonly OpCase[] = [
  over('add', 'a row of pixels over an image', {}, image, [6, 3]),
  over('mul', 'a picture over a batch', {}, image, [5, 6, 3]),
  over('sub', 'an image under a column', {}, [5, 1, 1], image),
  over('maximum', 'one channel over an image', {}, image, [2, 5, 6, 1]),
  over('greater', 'two images', {}, image, image),
  over('select', 'an image by a mask of one channel', {}, [2, 5, 6, 1], image, image),
  over('relu_gradient', 'images', {}, image, image),
  over('leaky_relu_gradient', 'images', { alpha: 0.2 }, image, image),
  ...[[1, 2], [3], [1], [0, 1, 2], [0, 3], [2, 3]].flatMap((axes) =>
    [false, true].flatMap((keepdims) =>
      (['reduce_sum', 'reduce_mean', 'reduce_max'] as const).map((op) => over(op, `axes ${axes.join()} of an image`, { axes, keepdims })),
    ),
  ),
  over('transpose', 'axes of an image', { permutation: [2, 0, 3, 1] }),
  over('reshape', 'an image to a matrix', { shape: [10, 18] }),
  over('reshape', 'a matrix to an image', { shape: [2, 5, 6, 3] }, [10, 18]),
  over('slice', 'the middle of an image', { begin: [1, 1, 2, 0], size: [1, 3, 3, 2] }),
  over('reverse', 'rows and channels of an image', { axes: [1, 3] }),
  over('concat', 'channels of images', { axis: 3 }, image, [2, 5, 6, 2], image),
  over('concat', 'rows of images', { axis: 1 }, image, [2, 2, 6, 3]),
  over('pad', 'an image', {
    paddings: [
      [0, 0],
      [1, 2],
      [0, 3],
      [0, 0],
    ],
    mode: 'constant',
    value: 0,
  }),
  over('broadcast_to', 'a vector to an image', { shape: [2, 4, 3, 5] }, [5]),
  over('broadcast_to', 'an image to a batch', { shape: [3, 5, 6, 3] }, [1, 5, 6, 3]),
  over('depth_to_space', 'block 3', { block_size: 3 }, [2, 3, 2, 18]),
  over('conv2d', '1x1', {}, image, [1, 1, 3, 7]),
  over('conv2d', '5x3, stride [3, 2]', { strides: [3, 2] }, [1, 11, 9, 2], [5, 3, 2, 4]),
  over('conv2d', 'padding beyond the filter', { strides: [2, 2], padding: [6, 0, 1, 5] }, [1, 3, 4, 2], [2, 2, 2, 3]),
  over('conv2d', 'stride and dilation', { strides: [2, 2], dilations: [2, 3], padding: [3, 2, 1, 4] }, [1, 11, 9, 2], [3, 3, 2, 4]),
  transposed('4x4, stride 2, even size', 4, 2, [5, 3], [10, 6]),
  transposed('4x4, stride 2, odd size', 4, 2, [5, 3], [9, 5]),
  transposed('3x3, stride 2, even size', 3, 2, [4, 3], [8, 6], 2),
  transposed('5x5, stride 3', 5, 3, [3, 4], [9, 12], 2),
  transposed('2x2, stride 3: some pixels have no tap', 2, 3, [3, 4], [9, 12], 2),
  transposed('3x3, stride 1', 3, 1, [5, 3], [5, 3]),
  filterGradient('many channels', 3, 1, 17, 18, [6, 5]),
  filterGradient('many channels, stride 2', 3, 2, 17, 18, [6, 8]),
  filterGradient('many channels, stride 2, odd size', 4, 2, 18, 17, [7, 9]),
  filterGradient('few inputs', 3, 1, 3, 20, [6, 5]),
  filterGradient('few inputs, stride 2', 3, 2, 3, 20, [6, 5]),
  filterGradient('few outputs', 5, 1, 20, 3, [6, 5]),
  filterGradient('few outputs, stride 2', 3, 2, 20, 3, [6, 5]),
  filterGradient('1x1', 1, 1, 20, 16, [6, 5]),
  filterGradient('1x1, stride 2', 1, 2, 20, 16, [6, 5]),
];
