import { parseDimension } from './dimension-text.js';
import type { Polynomial } from './polynomial.js';
import * as polynomial from './polynomial.js';

/**
 * An extent of a tensor: a number, or the canonical text of an integer polynomial over symbols (B, H, W) and ceil/floor divisions by
 * integers: `4*ceil(H/8)`, `H + 2`, `B*H*W`. Equal texts mean equal values at all sizes.
 */
export type Dimension = number | string;

/** Dimensions from the outermost to the innermost; an empty list is a scalar. */
export type Shape = readonly Dimension[];

/** Values of symbols: `{ B: 1, H: 384, W: 384 }`. */
export type Sizes = Readonly<Record<string, number>>;

const toPolynomial = (dimension: Dimension): Polynomial =>
  typeof dimension === 'number' ? polynomial.constant(dimension) : parseDimension(dimension);

const toDimension = (value: Polynomial): Dimension => polynomial.asNumber(value) ?? polynomial.print(value);

/** Whether a text can be read as a dimension. */
export const isDimensionText = (text: string): boolean => {
  try {
    parseDimension(text);
    return true;
  } catch {
    return false;
  }
};

/** The canonical form of a dimension, a number where it has no symbols. @throws SyntaxError for a text that is no dimension. */
export const canonical = (dimension: Dimension): Dimension =>
  typeof dimension === 'number' ? dimension : toDimension(parseDimension(dimension));

export const add = (a: Dimension, b: Dimension): Dimension =>
  typeof a === 'number' && typeof b === 'number' ? a + b : toDimension(polynomial.add(toPolynomial(a), toPolynomial(b)));

export const subtract = (a: Dimension, b: Dimension): Dimension =>
  typeof a === 'number' && typeof b === 'number'
    ? a - b
    : toDimension(polynomial.add(toPolynomial(a), polynomial.scale(toPolynomial(b), -1)));

export const multiply = (a: Dimension, b: Dimension): Dimension =>
  typeof a === 'number' && typeof b === 'number' ? a * b : toDimension(polynomial.multiply(toPolynomial(a), toPolynomial(b)));

/** floor(a / divisor). @throws RangeError when the divisor is not a positive integer. */
export const floorDivide = (a: Dimension, divisor: number): Dimension => toDimension(polynomial.floorQuotient(toPolynomial(a), divisor));

/** ceil(a / divisor). @throws RangeError when the divisor is not a positive integer. */
export const ceilDivide = (a: Dimension, divisor: number): Dimension => floorDivide(add(a, divisor - 1), divisor);

/**
 * a / b where it is a dimension: b is an integer, and the result is a / b where b divides a, as `divides` has it; or b is one term, each factor of which all
 * terms of a have. Undefined where it is not.
 * @param divides whether two dimensions, b times floor(a / b) and a, are equal.
 */
export const exactDivide = (a: Dimension, b: Dimension, divides: (multiple: Dimension, a: Dimension) => boolean): Dimension | undefined => {
  const quotient = polynomial.exactQuotient(toPolynomial(a), toPolynomial(b));
  if (quotient !== undefined) return toDimension(quotient);
  if (typeof b !== 'number' || b < 1) return undefined;
  const floored = floorDivide(a, b);
  return divides(multiply(floored, b), a) ? floored : undefined;
};

/** a - b floor(a / b), from 0 to b - 1. @throws RangeError when the divisor is not a positive integer. */
export const remainder = (a: Dimension, divisor: number): Dimension => subtract(a, multiply(floorDivide(a, divisor), divisor));

/** Product of all dimensions of a shape: its number of elements. */
export const elementsOf = (shape: Shape): Dimension => shape.reduce<Dimension>(multiply, 1);

/** Elements of a tensor whose extents are known. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Symbols that a dimension depends on, in alphabetical order. */
export const symbolsOf = (dimension: Dimension): string[] => [...polynomial.denominatorsOf(toPolynomial(dimension)).keys()].sort();

/** Replaces symbols by dimensions; symbols without a replacement stay. */
export const substitute = (dimension: Dimension, replacements: Readonly<Record<string, Dimension>>): Dimension => {
  if (typeof dimension === 'number') return dimension;
  const values = new Map(Object.entries(replacements).map(([name, value]) => [name, toPolynomial(value)]));
  return toDimension(polynomial.substitute(parseDimension(dimension), values));
};

/** The value of a dimension at given sizes. @throws RangeError when a symbol has no size. */
export const evaluate = (dimension: Dimension, sizes: Sizes): number => {
  const value = substitute(dimension, sizes);
  if (typeof value === 'string') throw new RangeError(`no size was given for ${symbolsOf(value).join(', ')} in '${dimension}'`);
  return value;
};

export const evaluateShape = (shape: Shape, sizes: Sizes): number[] => shape.map((dimension) => evaluate(dimension, sizes));

/** Whether the numbers of a dimension can be held exactly. */
export const isExact = (dimension: Dimension): boolean =>
  typeof dimension === 'number' ? Number.isSafeInteger(dimension) : polynomial.isExact(parseDimension(dimension));

/** What there is too much of in the product of two dimensions, which is not exact then; undefined where it is worked out. */
export const excessOfProduct = (a: Dimension, b: Dimension) => polynomial.excessOfProduct(toPolynomial(a), toPolynomial(b));

/** Whether two dimensions are the same at all sizes. */
export const areEqual = (a: Dimension, b: Dimension): boolean => a === b || polynomial.areEqual(toPolynomial(a), toPolynomial(b));

/** Divisors larger than this are not made smaller, so that no stride, however mistyped, takes long. */
const largestSearched = 4096;

const divisorsOf = (value: number): number[] =>
  value > largestSearched ? [value] : Array.from({ length: value }, (_, i) => i + 1).filter((divisor) => value % divisor === 0);

const multiplesOf = (divisors: ReadonlyMap<string, number>): Map<string, Polynomial> =>
  new Map([...divisors].map(([name, divisor]) => [name, polynomial.scale(polynomial.symbol(name), divisor)]));

/** Whether two dimensions are equal at all sizes that these numbers divide. */
export const areEqualUnder = (a: Dimension, b: Dimension, divisors: ReadonlyMap<string, number>): boolean => {
  const multiples = multiplesOf(divisors);
  return polynomial.areEqual(polynomial.substitute(toPolynomial(a), multiples), polynomial.substitute(toPolynomial(b), multiples));
};

/**
 * Smallest divisors of the symbols under which two dimensions are equal: `2*ceil(H/2)` and `H` give `{ H: 2 }`.
 * Symbols with divisor 1 are left out, so dimensions that are always equal give an empty map. Of divisors with one product those with the least sum are
 * taken, 8 and 8 rather than 1 and 64, and none of the batch where those of the sides are enough.
 * @returns undefined where no divisibility makes them equal.
 */
export const divisorsForEquality = (a: Dimension, b: Dimension): Map<string, number> | undefined => {
  if (areEqual(a, b)) return new Map();
  const difference = polynomial.add(toPolynomial(a), polynomial.scale(toPolynomial(b), -1));
  const vanishes = (divisors: ReadonlyMap<string, number>): boolean => polynomial.substitute(difference, multiplesOf(divisors)).size === 0;
  const largest = polynomial.denominatorsOf(difference);
  // Where the largest divisors are not enough none are, since equality for multiples of d holds for multiples of d's multiples.
  if (!vanishes(largest)) return undefined;
  const candidates = [...largest].reduce<Map<string, number>[]>(
    (found, [name, value]) => found.flatMap((chosen) => divisorsOf(value).map((divisor) => new Map(chosen).set(name, divisor))),
    [new Map()],
  );
  const product = (divisors: ReadonlyMap<string, number>): number => [...divisors.values()].reduce((x, y) => x * y, 1);
  const batch = (divisors: ReadonlyMap<string, number>): number => divisors.get('B') ?? 1;
  const sum = (divisors: ReadonlyMap<string, number>): number => [...divisors.values()].reduce((x, y) => x + y, 0);
  const smallest = candidates.sort((x, y) => batch(x) - batch(y) || product(x) - product(y) || sum(x) - sum(y)).find(vanishes) ?? largest;
  return new Map([...smallest].filter(([, divisor]) => divisor > 1));
};

const printFraction = (terms: Polynomial, divisors: ReadonlyMap<string, number>): string =>
  polynomial.printSum(
    polynomial.orderedTerms(terms).map(({ coefficient, factors }) => {
      const divisor = factors.reduce((product, factor) => product * (divisors.get(factor.text) ?? 1), 1);
      const common = polynomial.greatestCommonDivisor(coefficient, divisor);
      const size = Math.abs(coefficient) / common;
      const names = factors.map((factor) =>
        factor.kind === 'symbol' ? factor.text : printExactly(factor.numerator, factor.denominator, divisors),
      );
      const product = [...(size === 1 && names.length > 0 ? [] : [String(size)]), ...names].join('*');
      return { negative: coefficient < 0, text: divisor === common ? product : `${product}/${divisor / common}` };
    }),
  );

const printExactly = (numerator: Polynomial, denominator: number, divisors: ReadonlyMap<string, number>): string =>
  `floor((${printFraction(numerator, divisors)})/${denominator})`;

/**
 * Text of a dimension for people, for sizes that are known to be divisible: `4*ceil(H/8)` is `H/2` where 8 divides H.
 * The result is for messages and tables; it is arithmetic, but not a Dimension, as it may divide exactly.
 */
export const simplify = (dimension: Dimension, divisors: ReadonlyMap<string, number>): string => {
  if (typeof dimension === 'number') return String(dimension);
  const relevant = new Map([...divisors].filter(([, divisor]) => divisor > 1));
  if (relevant.size === 0) return dimension;
  return printFraction(polynomial.substitute(parseDimension(dimension), multiplesOf(relevant)), relevant);
};

/** `[B, 4*ceil(H/8), W, 3]`; with divisors, each dimension is simplified under them. */
export const formatShape = (shape: Shape, divisors: ReadonlyMap<string, number> = new Map()): string =>
  `[${shape.map((dimension) => simplify(dimension, divisors)).join(', ')}]`;
