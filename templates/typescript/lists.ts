/** The whole numbers from `first` to `last`, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/** An element of a list, counted from 1 as the paper counts. */
export function item<T>(list: readonly T[], index: number): T {
  const value = list[index - 1];
  if (value === undefined) throw new RangeError(`there is no element ${index} in a list of ${list.length}`);
  return value;
}

/** Values with one or more indices, f[i] or f[j, i], as the paper writes them. */
export class Family<T> {
  private readonly members = new Map<string, T>();

  set(indices: number | readonly number[], value: T): void {
    this.members.set(String(indices), value);
  }

  get(indices: number | readonly number[]): T {
    const value = this.members.get(String(indices));
    if (value === undefined) throw new RangeError(`there is no member [${indices}]`);
    return value;
  }

  list(indices: readonly number[]): T[] {
    return indices.map((index) => this.get(index));
  }
}

export const total = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0);

/** The remainder of a division, with the sign of the divisor. */
export const modulo = (a: number, b: number): number => ((a % b) + b) % b;

/** Whether two lists hold the same values. */
export const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);
