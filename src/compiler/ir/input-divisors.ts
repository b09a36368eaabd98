import type { IR } from './ir.js';

/** Numbers that height and width of a network's input must be divisible by; 1 where any size is taken. */
export interface InputDivisors {
  readonly height: number;
  readonly width: number;
}

/** All conditions on the input that the compiler derived, as one number for each side. */
export function inputDivisors({ model }: IR): InputDivisors {
  const divisor = (symbol: string) =>
    model.constraints
      .filter((constraint) => constraint.symbol === symbol)
      .reduce((all, constraint) => leastCommonMultiple(all, constraint.divisor), 1);
  return { height: divisor('H'), width: divisor('W') };
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
