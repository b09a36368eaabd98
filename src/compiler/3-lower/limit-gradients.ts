import type { GradientSettings } from '../ir/ir.js';
import type { TensorId } from '../ir/program.js';
import type { ProgramBuilder } from './program-builder.js';

/** Added to the norm before it divides, as in torch.nn.utils.clip_grad_norm_. */
const smallest = 1e-6;

/** Gradients as the optimiser gets them. */
export interface LimitedGradients {
  /** In the order of those given. */
  readonly gradients: readonly TensorId[];
  /** The norm of all of them together before it was limited; undefined where nobody asks for it. */
  readonly norm: TensorId | undefined;
}

/**
 * Clips the gradients of one loss as PyTorch does: each element to [-clipValue, clipValue] (clip_grad_value_), then all of them by one factor,
 * min(1, clipNorm / (norm + 1e-6)), where the norm is the Euclidean one of all elements together (clip_grad_norm_).
 */
export const limitGradients = (
  builder: ProgramBuilder,
  given: readonly TensorId[],
  { clipValue, clipNorm, logNorm }: GradientSettings,
): LimitedGradients => {
  const gradients =
    clipValue === undefined
      ? given
      : given.map((gradient) => builder.emit('clip', [gradient], { minimum: -clipValue, maximum: clipValue }));
  const [first, ...others] =
    clipNorm === undefined && logNorm === undefined ? [] : gradients.map((gradient) => squaredSum(builder, gradient));
  if (first === undefined) return { gradients, norm: undefined };
  const norm = builder.emit('sqrt', [others.reduce((sum, term) => builder.emit('add', [sum, term]), first)]);
  if (clipNorm === undefined) return { gradients, norm };
  const ratio = builder.emit('div', [builder.scalar(clipNorm), builder.emit('add', [norm, builder.scalar(smallest)])]);
  const factor = builder.emit('minimum', [ratio, builder.scalar(1)]);
  return { gradients: gradients.map((gradient) => builder.emit('mul', [gradient, factor])), norm };
};

const squaredSum = (builder: ProgramBuilder, gradient: TensorId): TensorId => {
  const axes = builder.shapeOf(gradient).map((_, axis) => axis);
  return builder.emit('reduce_sum', [builder.emit('square', [gradient])], { axes });
};
