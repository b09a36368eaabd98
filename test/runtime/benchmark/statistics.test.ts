import { describe, expect, it } from 'vitest';
import { percentile, randomImages, sharesOf } from '../../../src/runtime/benchmark/index.js';

describe('percentiles', () => {
  // numpy.percentile([15, 20, 35, 40, 50], [0, 40, 50, 90, 99, 100])
  it.each([
    [0, 15],
    [40, 29],
    [50, 35],
    [90, 46],
    [99, 49.6],
    [100, 50],
  ])('%i %% of five values as NumPy has it', (percent, expected) => {
    expect(percentile([50, 15, 40, 20, 35], percent)).toBeCloseTo(expected, 12);
  });

  it('of one value is that value, of none no number', () => {
    expect(percentile([7], 99)).toBe(7);
    expect(percentile([], 50)).toBeNaN();
  });
});

describe('the load of the machine over several runs', () => {
  it('is weighted by how long each took', () => {
    const reading = (busy: number, steal: number, total: number, own: number) => ({
      before: { busy: 0, steal: 0, total: 0 },
      after: { busy, steal, total },
      own,
    });
    // 60 of 100 jiffies were busy, 40 of them with the run itself; then 300 of 300, all with the run.
    const shares = sharesOf([reading(60, 20, 100, 400), reading(300, 0, 300, 3000)]);
    expect(shares).toEqual({ stealShare: 20 / 400, foreignShare: 20 / 400 });
  });

  it('is unknown where the system does not tell', () => {
    expect(sharesOf([{ before: undefined, after: undefined, own: 3 }])).toEqual({ stealShare: undefined, foreignShare: undefined });
  });
});

describe('noise', () => {
  it('fills a range and is the same for a seed', () => {
    const { values } = randomImages([1, 64, 64, 3], 5, [0, 1]);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
    expect(randomImages([1, 64, 64, 3], 5, [0, 1]).values).toEqual(values);
    expect(randomImages([1, 64, 64, 3], 6, [0, 1]).values).not.toEqual(values);
  });
});
