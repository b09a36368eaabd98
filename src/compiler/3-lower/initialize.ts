import type { Initializer, IR } from '../ir/ir.js';
import { type CounterGenerator, counterGenerator } from './random.js';
import { listAllWeights } from './weights.js';

/** Values of a tensor on the host, row-major. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * One value of an initialiser at an index.
 * glorot_uniform: U(-l, l), l = gain sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010, Keras' default).
 * he_normal: N(0, 2 gain^2 / fan in) (He et al. 2015), not truncated. kaiming_uniform: U(-l, l), l = gain / sqrt(fan in), what PyTorch's
 * convolution and linear layers begin with. normal: N(0, value^2). truncated_normal: the same,
 * drawn again where it lies beyond two deviations, as TensorFlow does it.
 */
const valueAt = ({ kind, value, fanIn, fanOut }: Initializer, generator: CounterGenerator, index: number, length: number): number => {
  const gain = value ?? 1;
  const symmetric = (limit: number): number => limit * (2 * generator.uniform(index) - 1);
  switch (kind) {
    case 'glorot_uniform':
      return symmetric(gain * Math.sqrt(6 / (fanIn + fanOut)));
    case 'he_normal':
      return gain * Math.sqrt(2 / fanIn) * generator.normal(index);
    case 'kaiming_uniform':
      return symmetric(gain / Math.sqrt(fanIn));
    case 'normal':
      return gain * generator.normal(index);
    case 'truncated_normal':
      return gain * truncatedNormal(generator, index, length);
    case 'zeros':
      return 0;
    case 'ones':
      return 1;
    case 'constant':
      return value ?? 0;
  }
};

/** Standard normal within [-2, 2]. The draws of a tensor of `length` elements are as far apart as it is long, so that no two elements share one. */
const truncatedNormal = (generator: CounterGenerator, index: number, length: number): number => {
  let value = generator.normal(index);
  for (let draw = index + length; Math.abs(value) > 2; draw += length) value = generator.normal(draw);
  return value;
};

/** First values of all weights of the model and its stages. The values of a tensor depend only on the seed and its path. */
export const initializeWeights = (ir: IR, seed: number): Map<string, TensorValues> =>
  new Map(
    listAllWeights(ir).map(({ path, shape, initializer }) => {
      const generator = counterGenerator(seed, path);
      const length = shape.reduce((product, extent) => product * extent, 1);
      return [path, { shape, values: Float32Array.from({ length }, (_, index) => valueAt(initializer, generator, index, length)) }];
    }),
  );
