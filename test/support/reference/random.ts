import { counterGenerator } from '../../../src/compiler/3-lower/random.js';

/** Reproducible values in [least, greatest). */
export const randomValues = (length: number, name: string, least = -1, greatest = 1): Float64Array => {
  const generator = counterGenerator(7, name);
  return Float64Array.from({ length }, (_, i) => least + (greatest - least) * generator.uniform(i));
};
