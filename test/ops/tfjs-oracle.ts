import * as tf from '@tensorflow/tfjs';
import type { Attributes, OpName } from '../../src/compiler/ops/index.js';
import { flag, integers, number, padding, pairs, word } from '../../src/compiler/ops/rules/attributes.js';
import { reducedAxes } from '../../src/compiler/ops/rules/axes.js';
import type { OpCase } from './cases.js';

type TfjsFunction = (operands: readonly tf.Tensor[], attributes: Attributes) => tf.Tensor;

type ExplicitPadding = [[0, 0], [number, number], [number, number], [0, 0]];

const paddingOf = (attributes: Attributes): 'same' | 'valid' | ExplicitPadding => {
  const given = padding(attributes);
  if (typeof given === 'string') return given;
  const [top, bottom, left, right] = given;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
};

const pairOf = (values: readonly number[]): [number, number] => [values[0] ?? 1, values[1] ?? 1];

const image = (x: tf.Tensor | undefined): tf.Tensor4D => (x ?? tf.scalar(0)) as tf.Tensor4D;

const one = (compute: (x: tf.Tensor, attributes: Attributes) => tf.Tensor): TfjsFunction => {
  return ([x = tf.scalar(0)], attributes) => compute(x, attributes);
};

const two = (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): TfjsFunction => {
  return ([a = tf.scalar(0), b = tf.scalar(0)]) => compute(a, b);
};

const toFloat = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'float32');

const reduction = (reduce: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor): TfjsFunction =>
  one((x, attributes) => reduce(x, [...reducedAxes(attributes, x.rank)], flag(attributes, 'keepdims')));

/** The function of tfjs that each operator corresponds to. Gradient operators have none: tfjs uses them only inside its own gradients. */
export const tfjsFunctions: Partial<Record<OpName, TfjsFunction>> = {
  neg: one((x) => tf.neg(x)),
  abs: one((x) => tf.abs(x)),
  sign: one((x) => tf.sign(x)),
  square: one((x) => tf.square(x)),
  sqrt: one((x) => tf.sqrt(x)),
  rsqrt: one((x) => tf.rsqrt(x)),
  exp: one((x) => tf.exp(x)),
  log: one((x) => tf.log(x)),
  sigmoid: one((x) => tf.sigmoid(x)),
  tanh: one((x) => tf.tanh(x)),
  erf: one((x) => tf.erf(x)),
  relu: one((x) => tf.relu(x)),
  softplus: one((x) => tf.softplus(x)),
  leaky_relu: one((x, attributes) => tf.leakyRelu(x, number(attributes, 'alpha'))),
  clip: one((x, attributes) => tf.clipByValue(x, number(attributes, 'minimum'), number(attributes, 'maximum'))),
  add: two((a, b) => tf.add(a, b)),
  sub: two((a, b) => tf.sub(a, b)),
  mul: two((a, b) => tf.mul(a, b)),
  div: two((a, b) => tf.div(a, b)),
  pow: two((a, b) => tf.pow(a, b)),
  maximum: two((a, b) => tf.maximum(a, b)),
  minimum: two((a, b) => tf.minimum(a, b)),
  greater: two((a, b) => toFloat(tf.greater(a, b))),
  greater_equal: two((a, b) => toFloat(tf.greaterEqual(a, b))),
  equal: two((a, b) => toFloat(tf.equal(a, b))),
  reduce_sum: reduction((x, axes, keepDims) => tf.sum(x, axes, keepDims)),
  reduce_mean: reduction((x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  reduce_max: reduction((x, axes, keepDims) => tf.max(x, axes, keepDims)),
  reshape: one((x, attributes) => tf.reshape(x, [...integers(attributes, 'shape')])),
  transpose: one((x, attributes) => tf.transpose(x, [...integers(attributes, 'permutation')])),
  concat: (operands, attributes) => tf.concat([...operands], number(attributes, 'axis')),
  slice: one((x, attributes) => tf.slice(x, [...integers(attributes, 'begin')], [...integers(attributes, 'size')])),
  gather: one((x, attributes) => tf.gather(x, [...integers(attributes, 'indices')], number(attributes, 'axis'))),
  pad: one((x, attributes) => {
    const paddings = pairs(attributes, 'paddings').map(([before, after]): [number, number] => [Number(before), Number(after)]);
    const mode = word(attributes, 'mode');
    if (mode === 'reflect' || mode === 'symmetric') return tf.mirrorPad(x, paddings, mode);
    return tf.pad(x, paddings, number(attributes, 'value'));
  }),
  broadcast_to: one((x, attributes) => tf.broadcastTo(x, [...integers(attributes, 'shape')])),
  reverse: one((x, attributes) => tf.reverse(x, [...integers(attributes, 'axes')])),
  depth_to_space: one((x, attributes) => tf.depthToSpace(image(x), number(attributes, 'block_size'), 'NHWC')),
  matmul: ([a = tf.scalar(0), b = tf.scalar(0)], attributes) => {
    // The gradient of matMul in tfjs fails where one operand is a single matrix, so that it is repeated here.
    const leading = (a.rank === 2 ? b : a).shape.slice(0, -2);
    const repeated = (x: tf.Tensor): tf.Tensor => tf.broadcastTo(x, [...leading, ...x.shape.slice(-2)]);
    return tf.matMul(repeated(a), repeated(b), flag(attributes, 'transpose_a'), flag(attributes, 'transpose_b'));
  },
  conv2d: ([x, kernel], attributes) =>
    tf.conv2d(
      image(x),
      image(kernel),
      pairOf(integers(attributes, 'strides')),
      paddingOf(attributes),
      'NHWC',
      pairOf(integers(attributes, 'dilations')),
    ),
  conv2d_transpose: ([x, kernel], attributes) => {
    const [height, width] = pairOf(integers(attributes, 'output_size'));
    const shape: [number, number, number, number] = [image(x).shape[0], height, width, image(kernel).shape[2]];
    return tf.conv2dTranspose(image(x), image(kernel), shape, pairOf(integers(attributes, 'strides')), paddingOf(attributes));
  },
  depthwise_conv2d: ([x, kernel], attributes) =>
    tf.depthwiseConv2d(
      image(x),
      image(kernel),
      pairOf(integers(attributes, 'strides')),
      paddingOf(attributes),
      'NHWC',
      pairOf(integers(attributes, 'dilations')),
    ),
  avg_pool: one((x, attributes) =>
    tf.avgPool(image(x), pairOf(integers(attributes, 'size')), pairOf(integers(attributes, 'strides')), paddingOf(attributes)),
  ),
  max_pool: one((x, attributes) =>
    tf.maxPool(image(x), pairOf(integers(attributes, 'size')), pairOf(integers(attributes, 'strides')), paddingOf(attributes)),
  ),
};

const isDilated = ({ attributes }: OpCase): boolean => integers(attributes ?? {}, 'dilations').some((dilation) => dilation > 1);

/** Why tfjs cannot judge the values of a case, if so. */
export const noForwardOracle = (use: OpCase): string | undefined => {
  if (use.op === 'pad' && word(use.attributes ?? {}, 'mode') === 'replicate') return 'tfjs has no replicating pad';
  if (use.op === 'conv2d_transpose' && isDilated(use)) return 'conv2dTranspose of tfjs has no dilations';
  return undefined;
};

/** Why tfjs cannot judge the gradients of a case, if so. */
export const noGradientOracle = (use: OpCase): string | undefined => {
  const attributes = use.attributes ?? {};
  const isStretched = new Set(use.shapes.map((shape) => shape.join())).size > 1;
  switch (use.op) {
    case 'sign':
    case 'greater':
    case 'greater_equal':
    case 'equal':
      return 'a zero gradient is left out by both';
    case 'maximum':
    case 'minimum':
      return isStretched ? 'the gradients of maximum and minimum in tfjs do not sum over broadcast axes' : undefined;
    case 'avg_pool':
      return padding(attributes) === 'valid' ? undefined : 'the gradient of a padded avgPool in tfjs counts the padding, its values do not';
    case 'depth_to_space':
      return 'depthToSpace of tfjs has no gradient';
    case 'conv2d':
    case 'depthwise_conv2d':
      return isDilated(use) ? 'dilated convolutions of tfjs have no gradient' : undefined;
    case 'pad':
      return ['reflect', 'symmetric'].includes(word(attributes, 'mode'))
        ? 'the gradient of mirrorPad in tfjs is wrong'
        : noForwardOracle(use);
    default:
      return noForwardOracle(use);
  }
};
