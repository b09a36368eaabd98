import type { OpName } from '../../../ops/index.js';
import { blocks, broadcastTo, concat, gather, pad, reshape, reverse, slice, transpose } from './arrangement.js';
import { conv2d, conv2dFilterGradient, conv2dTranspose } from './convolutions.js';
import { depthwiseConv2d, depthwiseConv2dFilterGradient, depthwiseConv2dInputGradient } from './depthwise.js';
import { cast, clip, comparison, inOrder, leakyRelu, leakyReluGradient, same, select } from './elementwise.js';
import type { OperatorEmitter } from './emission.js';
import { matmul } from './pointwise.js';
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './pooling.js';
import { reduction } from './reductions.js';

/** How each operator of the vocabulary is written in TensorFlow's. */
export const operatorEmitters: Readonly<Record<OpName, OperatorEmitter>> = {
  neg: same('Neg'),
  abs: same('Abs'),
  sign: same('Sign'),
  square: same('Square'),
  sqrt: same('Sqrt'),
  rsqrt: same('Rsqrt'),
  exp: same('Exp'),
  log: same('Log'),
  sigmoid: same('Sigmoid'),
  tanh: same('Tanh'),
  erf: same('Erf'),
  relu: same('Relu'),
  softplus: same('Softplus'),
  leaky_relu: leakyRelu,
  clip,
  stop_gradient: (e) => e.input(0),
  add: inOrder('AddV2'),
  sub: same('Sub'),
  mul: inOrder('Mul'),
  div: same('RealDiv'),
  pow: same('Pow'),
  maximum: same('Maximum'),
  minimum: same('Minimum'),
  greater: comparison('Greater'),
  greater_equal: comparison('GreaterEqual'),
  equal: comparison('Equal'),
  select,
  reduce_sum: reduction('Sum'),
  reduce_mean: reduction('Mean'),
  reduce_max: reduction('Max'),
  reshape,
  transpose,
  concat,
  slice,
  gather,
  pad,
  broadcast_to: broadcastTo,
  reverse,
  depth_to_space: blocks('DepthToSpace'),
  space_to_depth: blocks('SpaceToDepth'),
  conv2d,
  conv2d_transpose: conv2dTranspose,
  depthwise_conv2d: depthwiseConv2d,
  avg_pool: avgPool,
  max_pool: maxPool,
  matmul,
  cast,
  relu_gradient: same('ReluGrad'),
  leaky_relu_gradient: leakyReluGradient,
  conv2d_filter_gradient: conv2dFilterGradient,
  depthwise_conv2d_input_gradient: depthwiseConv2dInputGradient,
  depthwise_conv2d_filter_gradient: depthwiseConv2dFilterGradient,
  avg_pool_gradient: avgPoolGradient,
  max_pool_gradient: maxPoolGradient,
};
