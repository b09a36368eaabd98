import { describe, expect, it } from 'vitest';
import { initializeWeights } from '../../src/compiler/3-lower/index.js';
import { counterGenerator } from '../../src/compiler/3-lower/random.js';
import type { Initializer } from '../../src/compiler/ir/ir.js';
import { definition, littleNetwork } from '../support/ir-builder.js';

/** Many values of one initialiser, with their mean, standard deviation and range. */
const statisticsOf = (initializer: Initializer) => {
  const model = definition('Little', (d) => {
    d.output('y', d.op('neg', [d.weight('w', [200, 200], initializer)]));
  });
  const weights = initializeWeights({ ...littleNetwork(), definitions: [model], training: undefined } as never, 5);
  const values = [...(weights.get('w')?.values ?? [])];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation, least: Math.min(...values), greatest: Math.max(...values) };
};

const fans = { fanIn: 18, fanOut: 36 };

describe('initialisers have the distributions of their formulas', () => {
  it.each<[string, Initializer, number]>([
    ['glorot_uniform', { kind: 'glorot_uniform', ...fans }, Math.sqrt(6 / 54)],
    ['glorot_uniform with gain', { kind: 'glorot_uniform', value: 2, ...fans }, 2 * Math.sqrt(6 / 54)],
    ['kaiming_uniform', { kind: 'kaiming_uniform', ...fans }, 1 / Math.sqrt(18)],
  ])('%s is uniform up to its limit', (_name, initializer, limit) => {
    const { mean, deviation, least, greatest } = statisticsOf(initializer);
    expect(Math.abs(mean)).toBeLessThan(0.01 * limit);
    expect(deviation / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
    expect(greatest).toBeLessThanOrEqual(limit);
    expect(greatest).toBeGreaterThan(0.999 * limit);
    expect(least).toBeLessThan(-0.999 * limit);
  });

  it.each<[string, Initializer, number]>([
    ['he_normal', { kind: 'he_normal', ...fans }, Math.sqrt(2 / 18)],
    ['normal', { kind: 'normal', value: 0.02, ...fans }, 0.02],
  ])('%s is normal with its standard deviation', (_name, initializer, expected) => {
    const { mean, deviation, greatest } = statisticsOf(initializer);
    expect(Math.abs(mean)).toBeLessThan(0.02 * expected);
    expect(deviation / expected).toBeCloseTo(1, 1);
    expect(greatest).toBeGreaterThan(3.5 * expected);
  });

  it.each<[Initializer['kind'], number | undefined, number]>([
    ['zeros', undefined, 0],
    ['ones', undefined, 1],
    ['constant', 0.25, 0.25],
  ])('%s is constant', (kind, value, expected) => {
    const { least, greatest } = statisticsOf({ kind, ...fans, ...(value !== undefined && { value }) });
    expect([least, greatest]).toEqual([expected, expected]);
  });
});

describe('the counter-based generator', () => {
  it('fills all of [0, 1) evenly, with no correlation between neighbours, seeds or names', () => {
    const count = 20000;
    const draw = (seed: number, name: string): number[] => Array.from({ length: count }, (_, i) => counterGenerator(seed, name).uniform(i));
    const correlation = (a: readonly number[], b: readonly number[]): number =>
      (12 * a.reduce((sum, value, i) => sum + (value - 0.5) * ((b[i] ?? 0.5) - 0.5), 0)) / count;
    const values = draw(1, 'a');
    const bins = new Array<number>(20).fill(0);
    for (const value of values) bins[Math.floor(value * 20)] = (bins[Math.floor(value * 20)] ?? 0) + 1;
    // Chi-squared with 19 degrees of freedom exceeds 43.8 once in a thousand.
    expect(bins.reduce((sum, n) => sum + (n - count / 20) ** 2 / (count / 20), 0)).toBeLessThan(43.8);
    for (const other of [values.slice(1), draw(2, 'a'), draw(1, 'b'), draw(1 + 2 ** 32, 'a')]) {
      expect(Math.abs(correlation(values, other))).toBeLessThan(0.03);
    }
  });
});
