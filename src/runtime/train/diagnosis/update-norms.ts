import type { TrainStep } from '../../../compiler/3-lower/index.js';
import type { Stage } from '../../../compiler/ir/ir.js';
import type { HostTensor } from '../../engines/engine.js';
import type { StageValues } from '../stage/stage-run.js';

/** Euclidean norms of what a step does to one weight. NaN or infinite where a value of it is. */
export interface UpdateNorms {
  /** Path of the weight. */
  readonly name: string;
  readonly weight: number;
  /** Of the gradient that Adam took: after clipping, where gradients are clipped. */
  readonly gradient: number;
  /** Of the difference that the step makes. */
  readonly update: number;
}

/**
 * Norms of gradient and update of every weight that a stage trains. The gradient g is read off the first moment, m' = b1 m + (1 - b1) g (Kingma and Ba 2015).
 * @param before weights and moments before the step. @param after what the step changes.
 */
export function updateNorms(stage: Stage, { minimizers }: TrainStep, before: StageValues, after: StageValues): UpdateNorms[] {
  return minimizers.flatMap(({ loss, weights }) => {
    const beta1 = stage.minimizers.find((minimizer) => minimizer.loss === loss)?.optimizer.beta1 ?? 0;
    return weights.flatMap((name) => {
      const [weight, next] = [before.weights.get(name), after.weights.get(name)];
      const [mean, nextMean] = [before.states.get(`${name}:m`), after.states.get(`${name}:m`)];
      if (!weight || !next || !mean || !nextMean) return [];
      return [
        {
          name,
          weight: norm(weight.values, (value) => value),
          gradient: norm(nextMean.values, (value, i) => (value - beta1 * at(mean, i)) / (1 - beta1)),
          update: norm(next.values, (value, i) => value - at(weight, i)),
        },
      ];
    });
  });
}

const at = ({ values }: HostTensor, i: number): number => values[i] as number;

function norm(values: Float32Array, of: (value: number, i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i] as number, i) ** 2;
  return Math.sqrt(sum);
}
