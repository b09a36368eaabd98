/** Names in their order, with runs of three and more that differ by a number which counts up as one: `rcab[1..10]`. */
export const rangesOfNames = (names: readonly string[]): string[] => {
  const parts: string[] = [];
  for (let i = 0; i < names.length; ) {
    let end = i + 1;
    while (end < names.length && isNext(names[end - 1] as string, names[end] as string)) end += 1;
    const [first, last] = [names[i] as string, names[end - 1] as string];
    if (end - i > 2) parts.push(first.replace(lastNumber, (number) => `${number}..${lastNumber.exec(last)?.[0]}`));
    else parts.push(...names.slice(i, end));
    i = end;
  }
  return parts;
};

const lastNumber = /\d+(?=\D*$)/;

const isNext = (a: string, b: string): boolean => {
  const [left, right] = [lastNumber.exec(a)?.[0], lastNumber.exec(b)?.[0]];
  if (left === undefined || right === undefined) return false;
  return Number(right) === Number(left) + 1 && a.replace(lastNumber, '') === b.replace(lastNumber, '');
};
