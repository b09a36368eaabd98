import { flag } from '../../../../compiler/ops/rules/attributes.js';
import { reducedAxes } from '../../../../compiler/ops/rules/axes.js';
import type { Tfjs } from '../library.js';
import { type Kernel, operand } from './kernel.js';

type Reduction = (tf: typeof Tfjs, x: Tfjs.Tensor, axes: number[], keepDimensions: boolean) => Tfjs.Tensor;

const reduction =
  (compute: Reduction): Kernel =>
  (call) => {
    const x = operand(call, 0);
    const axes = [...reducedAxes(call.attributes, x.rank)];
    return axes.length === 0 ? call.tf.clone(x) : compute(call.tf, x, axes, flag(call.attributes, 'keepdims'));
  };

export const reductionKernels = {
  reduce_sum: reduction((tf, x, axes, keepDimensions) => tf.sum(x, axes, keepDimensions)),
  reduce_mean: reduction((tf, x, axes, keepDimensions) => tf.mean(x, axes, keepDimensions)),
  reduce_max: reduction((tf, x, axes, keepDimensions) => tf.max(x, axes, keepDimensions)),
};
