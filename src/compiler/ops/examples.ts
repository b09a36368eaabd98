import type { OpName } from './index.js';
import type { Attributes } from './op.js';

/** An ordinary use of an operator: the shapes of its operands and its attributes. */
export interface OpExample {
  readonly inputs: readonly (readonly number[])[];
  readonly attributes: Attributes;
}

const image = [2, 6, 6, 4] as const;

const of = (inputs: OpExample['inputs'], attributes: Attributes = {}): OpExample => ({ inputs, attributes });
const onImages = (count: number, attributes: Attributes = {}): OpExample => of(new Array(count).fill(image), attributes);
/** A bias over an image, so that gradients have to undo a broadcast. */
const withBias = of([image, [4]]);
const overPixels = onImages(1, { axes: [1, 2], keepdims: true });
const pool = { size: [2, 2], strides: [2, 2], padding: 'valid' } as const;

/** A use of every operator: what a gradient consists of, and how an engine runs an operator, is read off it. */
export const opExamples: Readonly<Record<OpName, OpExample>> = {
  neg: onImages(1),
  abs: onImages(1),
  sign: onImages(1),
  square: onImages(1),
  sqrt: onImages(1),
  rsqrt: onImages(1),
  exp: onImages(1),
  log: onImages(1),
  sigmoid: onImages(1),
  tanh: onImages(1),
  erf: onImages(1),
  relu: onImages(1),
  softplus: onImages(1),
  leaky_relu: onImages(1, { alpha: 0.2 }),
  clip: onImages(1, { minimum: -1, maximum: 1 }),
  stop_gradient: onImages(1),
  add: withBias,
  sub: withBias,
  mul: withBias,
  div: withBias,
  pow: withBias,
  maximum: withBias,
  minimum: withBias,
  greater: withBias,
  greater_equal: withBias,
  equal: withBias,
  select: onImages(3),
  reduce_sum: overPixels,
  reduce_mean: overPixels,
  reduce_max: overPixels,
  reshape: onImages(1, { shape: [2, 36, 4] }),
  transpose: onImages(1, { permutation: [0, 2, 1, 3] }),
  concat: onImages(2, { axis: 3 }),
  slice: onImages(1, { begin: [0, 1, 1, 0], size: [2, 4, 4, 4] }),
  gather: onImages(1, { indices: [2, 0, 2], axis: 3 }),
  pad: onImages(1, {
    paddings: [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    mode: 'constant',
    value: 0,
  }),
  broadcast_to: of([[4]], { shape: image }),
  reverse: onImages(1, { axes: [1] }),
  depth_to_space: onImages(1, { block_size: 2 }),
  space_to_depth: onImages(1, { block_size: 2 }),
  conv2d: of([image, [3, 3, 4, 5]], { padding: 'same' }),
  conv2d_transpose: of(
    [
      [2, 3, 3, 5],
      [3, 3, 4, 5],
    ],
    { strides: [2, 2], padding: 'same', output_size: [6, 6] },
  ),
  depthwise_conv2d: of([image, [3, 3, 4, 2]], { padding: 'same' }),
  avg_pool: onImages(1, pool),
  max_pool: onImages(1, pool),
  matmul: of([
    [3, 4],
    [4, 5],
  ]),
  cast: onImages(1, { type: 'float32' }),
  relu_gradient: onImages(2),
  leaky_relu_gradient: onImages(2, { alpha: 0.2 }),
  conv2d_filter_gradient: of([image, [2, 6, 6, 5]], { padding: 'same', kernel_size: [3, 3] }),
  depthwise_conv2d_input_gradient: of(
    [
      [2, 6, 6, 8],
      [3, 3, 4, 2],
    ],
    { padding: 'same', input_size: [6, 6] },
  ),
  depthwise_conv2d_filter_gradient: of([image, [2, 6, 6, 8]], { padding: 'same', kernel_size: [3, 3] }),
  avg_pool_gradient: of([[2, 3, 3, 4]], { ...pool, input_size: [6, 6] }),
  max_pool_gradient: of([image, [2, 3, 3, 4], [2, 3, 3, 4]], pool),
};
