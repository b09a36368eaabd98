/**
 * Compares names as people number them: runs of digits by value (`2.png` before `10.png`), the rest by code unit; names that are equal so far
 * (`02` and `2`) by code unit. The same on every machine and in every locale.
 */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(pieces) ?? [];
  const right = b.match(pieces) ?? [];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = comparePieces(left[i] as string, right[i] as string);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

const pieces = /\d+|\D+/g;
const digits = /^\d/;

function comparePieces(a: string, b: string): number {
  if (!digits.test(a) || !digits.test(b)) return compareText(a, b);
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || compareText(left, right);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
