import { number } from '../../../../compiler/ops/rules/attributes.js';
import type { Tfjs } from '../library.js';
import { type Kernel, operand } from './kernel.js';

type Unary = (tf: typeof Tfjs, x: Tfjs.Tensor) => Tfjs.Tensor;
type Binary = (tf: typeof Tfjs, a: Tfjs.Tensor, b: Tfjs.Tensor) => Tfjs.Tensor;

const unary =
  (compute: Unary): Kernel =>
  (call) =>
    compute(call.tf, operand(call, 0));

const binary =
  (compute: Binary): Kernel =>
  (call) =>
    compute(call.tf, operand(call, 0), operand(call, 1));

/** tfjs compares to booleans, Programs to 0 and 1. */
const comparison = (compute: Binary): Kernel => binary((tf, a, b) => tf.cast(compute(tf, a, b), 'float32'));

export const elementwiseKernels = {
  neg: unary((tf, x) => tf.neg(x)),
  abs: unary((tf, x) => tf.abs(x)),
  sign: unary((tf, x) => tf.sign(x)),
  square: unary((tf, x) => tf.square(x)),
  sqrt: unary((tf, x) => tf.sqrt(x)),
  rsqrt: unary((tf, x) => tf.rsqrt(x)),
  exp: unary((tf, x) => tf.exp(x)),
  log: unary((tf, x) => tf.log(x)),
  sigmoid: unary((tf, x) => tf.sigmoid(x)),
  tanh: unary((tf, x) => tf.tanh(x)),
  erf: unary((tf, x) => tf.erf(x)),
  relu: unary((tf, x) => tf.relu(x)),
  softplus: unary((tf, x) => tf.softplus(x)),
  stop_gradient: unary((tf, x) => tf.clone(x)),
  // tfjs has float32 only; the interpreter rounds the results of nodes that are bfloat16.
  cast: unary((tf, x) => tf.clone(x)),
  leaky_relu: ((call) => call.tf.leakyRelu(operand(call, 0), number(call.attributes, 'alpha'))) satisfies Kernel,
  clip: ((call) => {
    const { tf, attributes } = call;
    return tf.minimum(tf.maximum(operand(call, 0), number(attributes, 'minimum')), number(attributes, 'maximum'));
  }) satisfies Kernel,
  add: binary((tf, a, b) => tf.add(a, b)),
  sub: binary((tf, a, b) => tf.sub(a, b)),
  mul: binary((tf, a, b) => tf.mul(a, b)),
  div: binary((tf, a, b) => tf.div(a, b)),
  pow: binary((tf, a, b) => tf.pow(a, b)),
  maximum: binary((tf, a, b) => tf.maximum(a, b)),
  minimum: binary((tf, a, b) => tf.minimum(a, b)),
  greater: comparison((tf, a, b) => tf.greater(a, b)),
  greater_equal: comparison((tf, a, b) => tf.greaterEqual(a, b)),
  equal: comparison((tf, a, b) => tf.equal(a, b)),
  select: ((call) => {
    const { tf } = call;
    return tf.where(tf.notEqual(operand(call, 0), 0), operand(call, 1), operand(call, 2));
  }) satisfies Kernel,
  relu_gradient: binary((tf, dy, y) => tf.mul(dy, tf.step(y))),
  leaky_relu_gradient: ((call) => {
    const { tf } = call;
    return tf.mul(operand(call, 0), tf.step(operand(call, 1), number(call.attributes, 'alpha')));
  }) satisfies Kernel,
};
