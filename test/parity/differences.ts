import { expect } from 'vitest';

/** The product's promise: forward, loss, gradients and training agree to this, relatively. */
export const trainingTolerance = 1e-4;

type Tensors = ReadonlyMap<string, { readonly values: ArrayLike<number> }>;

/** The network that a weight or moment belongs to, `deg`; a result is a group of its own. */
const networkOf = (name: string): string => name.split('.')[0] ?? name;

/**
 * For each network the distance between two sets of its tensors, relative to the expected one's length: |a - b| / |b| over all their elements.
 * @returns the greatest of them, and whose it is.
 */
export function greatestDifference(found: Tensors, expected: Tensors): { difference: number; network: string } {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  const squares = new Map<string, { difference: number; length: number }>();
  for (const [name, { values }] of expected) {
    const sums = squares.get(networkOf(name)) ?? { difference: 0, length: 0 };
    const others = found.get(name)?.values ?? [];
    expect(others.length, name).toBe(values.length);
    for (let i = 0; i < values.length; i++) {
      sums.difference += ((values[i] ?? Number.NaN) - (others[i] ?? Number.NaN)) ** 2;
      sums.length += (values[i] ?? Number.NaN) ** 2;
    }
    squares.set(networkOf(name), sums);
  }
  let greatest = { difference: 0, network: 'nothing' };
  for (const [network, { difference, length }] of squares) {
    const relative = Math.sqrt(difference / Math.max(length, Number.MIN_VALUE));
    if (!(relative <= greatest.difference)) greatest = { difference: relative, network };
  }
  return greatest;
}
