import type { Attributes, OpName } from '../../../src/compiler/ops/index.js';
import { number } from '../../../src/compiler/ops/rules/attributes.js';

/** The error function: by its power series near 0, whose terms cancel further out, and by the continued fraction of its complement there. */
function errorFunction(x: number): number {
  if (Math.abs(x) > 2.5) {
    let denominator = Math.abs(x);
    for (let n = 60; n > 0; n--) denominator = Math.abs(x) + n / 2 / denominator;
    return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * denominator));
  }
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** The scalar function of each operator that works element by element. */
export const elementwise: Partial<Record<OpName, (operands: readonly number[], attributes: Attributes) => number>> = {
  neg: ([x = 0]) => -x,
  abs: ([x = 0]) => Math.abs(x),
  sign: ([x = 0]) => Math.sign(x),
  square: ([x = 0]) => x * x,
  sqrt: ([x = 0]) => Math.sqrt(x),
  rsqrt: ([x = 0]) => 1 / Math.sqrt(x),
  exp: ([x = 0]) => Math.exp(x),
  log: ([x = 0]) => Math.log(x),
  sigmoid: ([x = 0]) => 1 / (1 + Math.exp(-x)),
  tanh: ([x = 0]) => Math.tanh(x),
  erf: ([x = 0]) => errorFunction(x),
  relu: ([x = 0]) => Math.max(x, 0),
  softplus: ([x = 0]) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  leaky_relu: ([x = 0], attributes) => (x > 0 ? x : x * number(attributes, 'alpha')),
  clip: ([x = 0], attributes) => Math.min(Math.max(x, number(attributes, 'minimum')), number(attributes, 'maximum')),
  stop_gradient: ([x = 0]) => x,
  // The interpreter rounds what is bfloat16.
  cast: ([x = 0]) => x,
  add: ([a = 0, b = 0]) => a + b,
  sub: ([a = 0, b = 0]) => a - b,
  mul: ([a = 0, b = 0]) => a * b,
  div: ([a = 0, b = 0]) => a / b,
  pow: ([a = 0, b = 0]) => a ** b,
  maximum: ([a = 0, b = 0]) => Math.max(a, b),
  minimum: ([a = 0, b = 0]) => Math.min(a, b),
  greater: ([a = 0, b = 0]) => Number(a > b),
  greater_equal: ([a = 0, b = 0]) => Number(a >= b),
  equal: ([a = 0, b = 0]) => Number(a === b),
  select: ([condition = 0, a = 0, b = 0]) => (condition !== 0 ? a : b),
  relu_gradient: ([dy = 0, y = 0]) => (y > 0 ? dy : 0),
  leaky_relu_gradient: ([dy = 0, x = 0], attributes) => (x > 0 ? dy : dy * number(attributes, 'alpha')),
};
