import { compareNaturally } from '../natural-order.js';
import type { Change, NamedChange } from './model-diff.js';

/** Entries that differ between two tables, in the natural order of their names; `normal` gives what is compared. */
export const compareTables = <T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  normal: (value: T) => unknown = (value) => value,
): NamedChange<T>[] => {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(compareNaturally);
  return names.flatMap((name) => {
    const [left, right] = [a[name] ?? null, b[name] ?? null];
    const same = left !== null && right !== null && isEqual(normal(left), normal(right));
    return same ? [] : [{ name, a: left, b: right }];
  });
};

/** Null where both sides are equal. */
export const compareValues = <T>(a: T, b: T): { readonly a: T; readonly b: T } | null => (isEqual(a, b) ? null : { a, b });

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One side of a comparison whose other side has nothing. */
export const onlyIn = <T>(side: 'a' | 'b', value: T): Change<T> => (side === 'a' ? { a: value, b: null } : { a: null, b: value });
