import { describe, expect, it } from 'vitest';
import { estimate, pairedDifference } from '../../../src/runtime/ablation/estimates.js';
import { studentBound } from '../../../src/runtime/ablation/student.js';

describe("Student's t", () => {
  // scipy.stats.t.ppf((1 + confidence) / 2, freedom)
  it.each([
    [0.95, 1, 12.706204736432095],
    [0.95, 2, 4.302652729911275],
    [0.95, 4, 2.7764451051977987],
    [0.95, 9, 2.2621571628540993],
    [0.95, 30, 2.0422724563012373],
    [0.95, 1000, 1.9623390808264078],
    [0.9, 5, 2.0150483733330233],
    [0.99, 2, 9.92484320091807],
    [0.999, 3, 12.923978636687485],
    [0.5, 7, 0.7111417780417907],
  ])('between -t and t lies %f with %i degrees of freedom', (confidence, freedom, expected) => {
    expect(studentBound(confidence, freedom)).toBeCloseTo(expected, 9);
  });

  it('has a closed form with one degree of freedom, where it is the distribution of Cauchy', () => {
    for (const confidence of [0.1, 0.5, 0.8, 0.99])
      expect(studentBound(confidence, 1) / Math.tan((Math.PI * confidence) / 2)).toBeCloseTo(1, 10);
  });
});

describe('estimates over seeds', () => {
  // The yields of Student's 1908 paper (sleep, drug 1): scipy.stats gives 0.75 ± 1.789010 and [-0.529782, 2.029782].
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

  it('are mean, sample deviation and interval', () => {
    const found = estimate(first, 0.95);
    expect(found?.mean).toBeCloseTo(0.75, 12);
    expect(found?.deviation).toBeCloseTo(1.78901, 5);
    expect(found?.interval?.[0]).toBeCloseTo(-0.5297804, 6);
    expect(found?.interval?.[1]).toBeCloseTo(2.0297804, 6);
  });

  it('have no deviation for one seed, and are absent for none', () => {
    expect(estimate([3], 0.95)).toEqual({ count: 1, mean: 3 });
    expect(estimate([], 0.95)).toBeUndefined();
  });

  it('of differences are paired by seed', () => {
    const bySeed = (values: readonly number[]) => new Map(values.map((value, seed) => [seed, value]));
    // R: t.test(extra ~ group, data = sleep, paired = TRUE) gives -1.58 [-2.4598858, -0.7001142].
    const difference = pairedDifference(bySeed(first), bySeed(second), 0.95);
    expect(difference?.mean).toBeCloseTo(-1.58, 12);
    expect(difference?.interval?.[0]).toBeCloseTo(-2.4598858, 7);
    expect(difference?.interval?.[1]).toBeCloseTo(-0.7001142, 7);
    expect(difference?.significant).toBe(true);
  });

  it('of differences look only at seeds that both have, and call nothing significant for one of them', () => {
    const base = new Map([
      [1, 10],
      [2, 20],
    ]);
    const variant = new Map([
      [2, 25],
      [3, 99],
    ]);
    expect(pairedDifference(variant, base, 0.95)).toEqual({ count: 1, mean: 5, significant: false });
    expect(pairedDifference(new Map([[3, 1]]), base, 0.95)).toBeUndefined();
  });
});
