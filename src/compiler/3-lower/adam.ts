import type { Adam } from '../ir/ir.js';
import type { TensorId } from '../ir/program.js';
import type { ProgramBuilder } from './program-builder.js';

/** The scalars that the host computes for each step of one minimizer, as tensors. */
export interface AdamScalars {
  /** rate / (1 - beta1^t). */
  readonly stepSize: TensorId;
  /** 1 / sqrt(1 - beta2^t). */
  readonly correction: TensorId;
  /** 1 - rate * weight decay; undefined where there is no decay. */
  readonly kept?: TensorId | undefined;
}

/** Tensors of a weight before a step, or after it. */
export interface AdamState {
  readonly weight: TensorId;
  readonly mean: TensorId;
  readonly variance: TensorId;
}

/**
 * One Adam update (Kingma and Ba 2015) in PyTorch's form: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * w = kept w - step size * m / (sqrt(v) correction + epsilon). `kept` is what decoupled weight decay leaves of a weight (Loshchilov and Hutter 2019).
 */
export const adamUpdate = (
  builder: ProgramBuilder,
  { beta1, beta2, epsilon }: Adam,
  { weight, mean, variance }: AdamState,
  gradient: TensorId,
  { stepSize, correction, kept }: AdamScalars,
): AdamState => {
  const average = (old: TensorId, value: TensorId, decay: number): TensorId =>
    builder.emit('add', [builder.emit('mul', [old, builder.scalar(decay)]), builder.emit('mul', [value, builder.scalar(1 - decay)])]);
  const nextMean = average(mean, gradient, beta1);
  const nextVariance = average(variance, builder.emit('square', [gradient]), beta2);
  const deviation = builder.emit('mul', [builder.emit('sqrt', [nextVariance]), correction]);
  const denominator = builder.emit('add', [deviation, builder.scalar(epsilon)]);
  const step = builder.emit('div', [builder.emit('mul', [nextMean, stepSize]), denominator]);
  const decayed = kept === undefined ? weight : builder.emit('mul', [weight, kept]);
  return { weight: builder.emit('sub', [decayed, step]), mean: nextMean, variance: nextVariance };
};

/** Values of the host's scalars at a step, computed in float64. @param step from 0, within the stage. */
export const adamScalarValues = (
  { beta1, beta2, weightDecay = 0 }: Adam,
  rate: number,
  step: number,
): { readonly stepSize: number; readonly correction: number; readonly kept: number } => ({
  stepSize: rate / (1 - beta1 ** (step + 1)),
  correction: 1 / Math.sqrt(1 - beta2 ** (step + 1)),
  kept: 1 - rate * weightDecay,
});
