import type { ModelDiff } from '../../src/compiler/diff/index.js';

/** The difference with A and B swapped, by the names of its parts alone. */
export const mirrored = (diff: ModelDiff): ModelDiff => swap(diff) as ModelDiff;

const swap = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(swap);
  if (typeof value !== 'object' || value === null) return value;
  const swapped = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, swap(inner)]));
  const isPair = 'a' in swapped && 'b' in swapped;
  const both = isPair ? { ...swapped, a: swapped.b, b: swapped.a } : swapped;
  if ('change' in both) return { ...both, change: both.change === 'added' ? 'removed' : both.change === 'removed' ? 'added' : both.change };
  if (!('kept' in both)) return both;
  return { ...both, added: both.removed, removed: both.added };
};
