import type { OpName } from '../../../ops/index.js';
import { blocks, broadcastTo, concat, gather, pad, reshape, reverse, slice, transpose } from './arrangement.js';
import { conv2d, conv2dTranspose, depthwiseConv2d, matmul } from './convolutions.js';
import { activation, add, clip, elementwise, extremum, leakyRelu, mul, neg, square, sub } from './elementwise.js';
import type { OperatorEmitter } from './emission.js';
import { avgPool, maxPool } from './pooling.js';
import { reduction } from './reductions.js';

/** Operators of train steps: a LayersModel is differentiated by TensorFlow.js itself. */
const ofTraining: OperatorEmitter = (e) => e.fail('is a step of a training, which no layer is');

/** How each operator is written in layers. */
export const operatorEmitters: Readonly<Record<OpName, OperatorEmitter>> = {
  neg,
  abs: elementwise('abs'),
  sign: elementwise('sign'),
  square,
  sqrt: elementwise('sqrt'),
  rsqrt: elementwise('rsqrt'),
  exp: elementwise('exp'),
  log: elementwise('log'),
  sigmoid: activation('sigmoid'),
  tanh: activation('tanh'),
  erf: elementwise('erf'),
  relu: activation('relu'),
  softplus: activation('softplus'),
  leaky_relu: leakyRelu,
  clip,
  stop_gradient: (e) => e.input(0),
  // From float32 to float32: the other precision is not for this target.
  cast: (e) => e.input(0),
  add,
  sub,
  mul,
  div: elementwise('div'),
  pow: elementwise('pow'),
  maximum: extremum('Maximum', 'maximum'),
  minimum: extremum('Minimum', 'minimum'),
  greater: elementwise('greater'),
  greater_equal: elementwise('greater_equal'),
  equal: elementwise('equal'),
  select: (e) => e.apply('MfncSelect', e.inputs),
  reduce_sum: reduction('sum'),
  reduce_mean: reduction('mean', 'GlobalAveragePooling2D'),
  reduce_max: reduction('max', 'GlobalMaxPooling2D'),
  reshape,
  transpose,
  concat,
  slice,
  gather,
  pad,
  broadcast_to: broadcastTo,
  reverse,
  depth_to_space: blocks('MfncDepthToSpace'),
  space_to_depth: blocks('MfncSpaceToDepth'),
  conv2d,
  conv2d_transpose: conv2dTranspose,
  depthwise_conv2d: depthwiseConv2d,
  avg_pool: avgPool,
  max_pool: maxPool,
  matmul,
  relu_gradient: ofTraining,
  leaky_relu_gradient: ofTraining,
  conv2d_filter_gradient: ofTraining,
  depthwise_conv2d_input_gradient: ofTraining,
  depthwise_conv2d_filter_gradient: ofTraining,
  avg_pool_gradient: ofTraining,
  max_pool_gradient: ofTraining,
};
