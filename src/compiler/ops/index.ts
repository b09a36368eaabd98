import { abs } from './abs.js';
import { add } from './add.js';
import { avgPool } from './avg_pool.js';
import { avgPoolGradient } from './avg_pool_gradient.js';
import { broadcastTo } from './broadcast_to.js';
import { cast } from './cast.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { conv2d } from './conv2d.js';
import { conv2dFilterGradient } from './conv2d_filter_gradient.js';
import { conv2dTranspose } from './conv2d_transpose.js';
import { depthToSpace } from './depth_to_space.js';
import { depthwiseConv2d } from './depthwise_conv2d.js';
import { depthwiseConv2dFilterGradient } from './depthwise_conv2d_filter_gradient.js';
import { depthwiseConv2dInputGradient } from './depthwise_conv2d_input_gradient.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { gather } from './gather.js';
import { greater } from './greater.js';
import { greaterEqual } from './greater_equal.js';
import { leakyRelu } from './leaky_relu.js';
import { leakyReluGradient } from './leaky_relu_gradient.js';
import { log } from './log.js';
import { matmul } from './matmul.js';
import { maxPool } from './max_pool.js';
import { maxPoolGradient } from './max_pool_gradient.js';
import { maximum } from './maximum.js';
import { minimum } from './minimum.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import type { ConstantOpDefinition, OpDefinition } from './op.js';
import { pad } from './pad.js';
import { positions } from './positions.js';
import { pow } from './pow.js';
import { reduceMax } from './reduce_max.js';
import { reduceMean } from './reduce_mean.js';
import { reduceSum } from './reduce_sum.js';
import { relu } from './relu.js';
import { reluGradient } from './relu_gradient.js';
import { reshape } from './reshape.js';
import { reverse } from './reverse.js';
import { rsqrt } from './rsqrt.js';
import { select } from './select.js';
import { sigmoid } from './sigmoid.js';
import { sign } from './sign.js';
import { slice } from './slice.js';
import { softplus } from './softplus.js';
import { spaceToDepth } from './space_to_depth.js';
import { sqrt } from './sqrt.js';
import { square } from './square.js';
import { stopGradient } from './stop_gradient.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';

export type * from './op.js';

/** The vocabulary of the IR and of Programs: every operator, by name. */
export const ops = {
  // Element by element, one tensor.
  neg,
  abs,
  sign,
  square,
  sqrt,
  rsqrt,
  exp,
  log,
  sigmoid,
  tanh,
  erf,
  relu,
  softplus,
  leaky_relu: leakyRelu,
  clip,
  stop_gradient: stopGradient,
  // Element by element with broadcasting.
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  greater,
  greater_equal: greaterEqual,
  equal,
  select,
  // Reductions.
  reduce_sum: reduceSum,
  reduce_mean: reduceMean,
  reduce_max: reduceMax,
  // Shape and order.
  reshape,
  transpose,
  concat,
  slice,
  gather,
  pad,
  broadcast_to: broadcastTo,
  reverse,
  depth_to_space: depthToSpace,
  space_to_depth: spaceToDepth,
  // Convolutions, pooling, matrices.
  conv2d,
  conv2d_transpose: conv2dTranspose,
  depthwise_conv2d: depthwiseConv2d,
  avg_pool: avgPool,
  max_pool: maxPool,
  matmul,
  // Not callable from sources: types of elements, gradients.
  cast,
  relu_gradient: reluGradient,
  leaky_relu_gradient: leakyReluGradient,
  conv2d_filter_gradient: conv2dFilterGradient,
  depthwise_conv2d_input_gradient: depthwiseConv2dInputGradient,
  depthwise_conv2d_filter_gradient: depthwiseConv2dFilterGradient,
  avg_pool_gradient: avgPoolGradient,
  max_pool_gradient: maxPoolGradient,
} as const satisfies Record<string, OpDefinition>;

export type OpName = keyof typeof ops;

export const opNames = Object.keys(ops) as readonly OpName[];

/** Whether a name is that of an operator. */
export const isOpName = (name: string): name is OpName => Object.hasOwn(ops, name);

/** The definition of an operator. */
export const opDefinition = (name: OpName): OpDefinition => ops[name];

/** Operators that no Program holds, as they become constants of it. */
export const constantOps = { positions } as const satisfies Record<string, ConstantOpDefinition>;

/** The operators that sources and the IR know. */
export type SourceOpName = OpName | keyof typeof constantOps;

export const sourceOpNames: readonly SourceOpName[] = [...opNames, ...(Object.keys(constantOps) as (keyof typeof constantOps)[])];

export const isConstantOpName = (name: string): name is keyof typeof constantOps => Object.hasOwn(constantOps, name);

export const isSourceOpName = (name: string): name is SourceOpName => isOpName(name) || isConstantOpName(name);

export const sourceOpDefinition = (name: SourceOpName): OpDefinition => (isConstantOpName(name) ? constantOps[name] : ops[name]);

export { completeAttributes, wordsOf } from './rules/attributes.js';
export { concreteShapes, shapesAtAllSizes } from './rules/context.js';
export { hasElementwiseShape } from './rules/elementwise.js';
export { type InferredCall, inferShape } from './rules/infer.js';
export { isProblem } from './rules/problem.js';
export { inferType } from './rules/types.js';
