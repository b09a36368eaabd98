import { studentBound } from './student.js';

/** What several seeds say of a number. */
export interface Estimate {
  /** Values that it is of. */
  readonly count: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); absent for a single value. */
  readonly deviation?: number;
  /** Confidence interval of the mean by Student's t; absent for a single value. */
  readonly interval?: readonly [number, number];
}

/** @param confidence of the interval, as 0.95. @returns undefined where there are no values. */
export function estimate(values: readonly number[], confidence: number): Estimate | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { count, mean };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const half = (studentBound(confidence, count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, deviation, interval: [mean - half, mean + half] };
}

/** How a variant differs from the base, seed by seed. */
export interface Difference extends Estimate {
  /** Whether the interval excludes 0; false for a single seed, which tells nothing of chance. */
  readonly significant: boolean;
}

/**
 * The mean of the differences over the seeds that both have.
 * @param values, base by seed. @returns undefined where they share no seed.
 */
export function pairedDifference(
  values: ReadonlyMap<number, number>,
  base: ReadonlyMap<number, number>,
  confidence: number,
): Difference | undefined {
  const differences = [...values].flatMap(([seed, value]) => {
    const other = base.get(seed);
    return other === undefined ? [] : [value - other];
  });
  const found = estimate(differences, confidence);
  if (found === undefined) return undefined;
  const [low, high] = found.interval ?? [0, 0];
  return { ...found, significant: low > 0 || high < 0 };
}
