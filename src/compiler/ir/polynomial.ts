/**
 * Integer polynomials over symbols and floored quotients, in a normal form: two polynomials with the same normal form have the same
 * value at all sizes. `ceil(p/n)` is kept as `floor((p + n - 1)/n)`, so that one kind of quotient is enough.
 */

export type Atom =
  | { readonly kind: 'symbol'; readonly text: string }
  | {
      readonly kind: 'quotient';
      readonly text: string;
      readonly numerator: Polynomial;
      readonly denominator: number;
      /** One more than that of the numerator. */
      readonly degree: number;
    };

export interface Term {
  readonly coefficient: number;
  /** Sorted: symbols before quotients, each by text. Empty for the constant term. */
  readonly factors: readonly Atom[];
}

/** Terms with non-zero coefficients, by the text of their factors; the constant term has the key ''. */
export type Polynomial = ReadonlyMap<string, Term>;

const keyOf = (factors: readonly Atom[]): string => factors.map((factor) => factor.text).join('*');

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compareAtoms = (a: Atom, b: Atom): number => {
  if (a.kind !== b.kind) return a.kind === 'symbol' ? -1 : 1;
  return byText(a.text, b.text);
};

const fromTerms = (terms: Iterable<Term>): Polynomial => {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = keyOf(term.factors);
    const coefficient = (sums.get(key)?.coefficient ?? 0) + term.coefficient;
    if (coefficient === 0) sums.delete(key);
    else sums.set(key, { coefficient, factors: term.factors });
  }
  return sums;
};

export const constant = (value: number): Polynomial => fromTerms([{ coefficient: value, factors: [] }]);

export const symbol = (text: string): Polynomial => fromTerms([{ coefficient: 1, factors: [{ kind: 'symbol', text }] }]);

export const add = (a: Polynomial, b: Polynomial): Polynomial => fromTerms([...a.values(), ...b.values()]);

export const scale = (a: Polynomial, factor: number): Polynomial =>
  fromTerms([...a.values()].map((term) => ({ ...term, coefficient: term.coefficient * factor })));

/** Most products of terms that `multiply` works out; a size has a handful of terms. */
export const productLimit = 4096;

/** Most factors of a term, those of quotients and each quotient itself counted; a size has a handful of them too. */
export const degreeLimit = 128;

/** Factors of the term that has most. */
export const degreeOf = (a: Polynomial): number => {
  let greatest = 0;
  for (const { factors } of a.values()) {
    const degree = factors.reduce((sum, factor) => sum + (factor.kind === 'symbol' ? 1 : factor.degree), 0);
    greatest = Math.max(greatest, degree);
  }
  return greatest;
};

/** What there is too much of in the product of two polynomials for `multiply` to work it out; undefined where it can. */
export const excessOfProduct = (a: Polynomial, b: Polynomial): { readonly of: 'terms' | 'factors'; readonly limit: number } | undefined => {
  if (a.size * b.size > productLimit) return { of: 'terms', limit: productLimit };
  return degreeOf(a) + degreeOf(b) > degreeLimit ? { of: 'factors', limit: degreeLimit } : undefined;
};

/**
 * Stands for a result that is beyond what can be worked out: a number so large that it cannot be held exactly, so that `isExact` tells, and that can
 * be printed and read again.
 */
const inexact: Polynomial = constant(Number.MAX_VALUE);

export const multiply = (a: Polynomial, b: Polynomial): Polynomial => {
  if (excessOfProduct(a, b)) return inexact;
  return fromTerms(
    [...a.values()].flatMap((left) =>
      [...b.values()].map((right) => ({
        coefficient: left.coefficient * right.coefficient,
        factors: [...left.factors, ...right.factors].sort(compareAtoms),
      })),
    ),
  );
};

const remainder = (value: number, modulus: number): number => {
  const left = value % modulus;
  return left < 0 ? left + modulus : left;
};

export const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? Math.abs(a) : greatestCommonDivisor(b, a % b));

/**
 * floor(a / denominator) in normal form: multiples of the denominator leave the quotient, common factors cancel
 * (floor((g p + c)/(g n)) = floor((p + floor(c/g))/n)), quotients of quotients merge (floor(floor(p/m)/n) = floor(p/(m n))), and of p and -p the one
 * with the smaller remainder of its first term is kept (floor((c - p)/n) = -floor((p - c + n - 1)/n)): what pads H to a multiple, written with -H, is
 * what rounds H up.
 * @throws RangeError when the denominator is not a positive integer.
 */
export const floorQuotient = (a: Polynomial, denominator: number): Polynomial => {
  if (!Number.isInteger(denominator) || denominator < 1) throw new RangeError(`a dimension cannot be divided by ${denominator}`);
  if (!Number.isSafeInteger(denominator) || !isExact(a)) return inexact;
  const whole: Term[] = [];
  const rest: Term[] = [];
  let offset = 0;
  let common = denominator;
  for (const term of a.values()) {
    const left = remainder(term.coefficient, denominator);
    whole.push({ ...term, coefficient: (term.coefficient - left) / denominator });
    if (term.factors.length === 0) offset = left;
    else if (left !== 0) {
      rest.push({ ...term, coefficient: left });
      common = greatestCommonDivisor(common, left);
    }
  }
  const outside = fromTerms(whole);
  if (rest.length === 0) return outside;
  const divisor = denominator / common;
  const shift = Math.floor(offset / common);
  const reduced = fromTerms(rest.map((term) => ({ ...term, coefficient: term.coefficient / common })));
  const numerator = add(reduced, constant(shift));
  if (divisor === 1) return add(outside, numerator);
  const [first] = orderedTerms(reduced);
  if (first !== undefined && 2 * first.coefficient > divisor) {
    const wholes = fromTerms([...reduced.values()].map((term) => ({ ...term, coefficient: 1 })));
    const opposite = fromTerms([...reduced.values()].map((term) => ({ ...term, coefficient: divisor - term.coefficient })));
    const up = floorQuotient(add(opposite, constant(divisor - 1 - shift)), divisor);
    return add(add(outside, wholes), scale(up, -1));
  }
  const only = reduced.size === 1 ? [...reduced.values()][0] : undefined;
  const inner = only?.coefficient === 1 && only.factors.length === 1 ? only.factors[0] : undefined;
  if (inner?.kind === 'quotient') {
    return add(outside, floorQuotient(add(inner.numerator, constant(shift * inner.denominator)), inner.denominator * divisor));
  }
  const degree = 1 + degreeOf(numerator);
  if (degree > degreeLimit) return inexact;
  const atom: Atom = { kind: 'quotient', text: printQuotient(reduced, shift, divisor), numerator, denominator: divisor, degree };
  return add(outside, fromTerms([{ coefficient: 1, factors: [atom] }]));
};

/**
 * a / b where b is one term that divides every term of a: B*H*W / (H*W) is B. Undefined where it does not.
 */
export const exactQuotient = (a: Polynomial, b: Polynomial): Polynomial | undefined => {
  const [divisor, ...others] = [...b.values()];
  if (divisor === undefined || others.length > 0) return undefined;
  const quotients = [...a.values()].map((term): Term | undefined => {
    const factors = [...term.factors];
    for (const { text } of divisor.factors) {
      const at = factors.findIndex((factor) => factor.text === text);
      if (at < 0) return undefined;
      factors.splice(at, 1);
    }
    const coefficient = term.coefficient / divisor.coefficient;
    return Number.isInteger(coefficient) ? { coefficient, factors } : undefined;
  });
  return quotients.every((term) => term !== undefined) ? fromTerms(quotients) : undefined;
};

/** Replaces symbols by polynomials; symbols without a replacement stay. */
export const substitute = (a: Polynomial, replacements: ReadonlyMap<string, Polynomial>): Polynomial => {
  const replaced = (atom: Atom): Polynomial =>
    atom.kind === 'symbol'
      ? (replacements.get(atom.text) ?? symbol(atom.text))
      : floorQuotient(substitute(atom.numerator, replacements), atom.denominator);
  let sum: Polynomial = new Map();
  for (const term of a.values()) {
    sum = add(sum, term.factors.map(replaced).reduce(multiply, constant(term.coefficient)));
  }
  return sum;
};

/** Whether all its numbers can be held exactly, so that equality means something. */
export const isExact = (a: Polynomial): boolean =>
  [...a.values()].every(
    ({ coefficient, factors }) =>
      Number.isSafeInteger(coefficient) &&
      factors.every((factor) => factor.kind === 'symbol' || (Number.isSafeInteger(factor.denominator) && isExact(factor.numerator))),
  );

/** The number a polynomial is, when it has no symbols. */
export const asNumber = (a: Polynomial): number | undefined => {
  if (a.size === 0) return 0;
  return a.size === 1 ? a.get('')?.coefficient : undefined;
};

export const areEqual = (a: Polynomial, b: Polynomial): boolean =>
  a.size === b.size && [...a].every(([key, term]) => b.get(key)?.coefficient === term.coefficient);

/**
 * For each symbol, the least multiple of all products of nested denominators it stands under: multiples of it make every quotient
 * exact that can become exact.
 */
export const denominatorsOf = (a: Polynomial, found: Map<string, number> = new Map(), outer = 1): Map<string, number> => {
  for (const term of a.values()) {
    for (const factor of term.factors) {
      if (factor.kind === 'quotient') denominatorsOf(factor.numerator, found, Math.min(outer * factor.denominator, Number.MAX_VALUE));
      else {
        const known = found.get(factor.text) ?? 1;
        found.set(factor.text, Math.min((known / greatestCommonDivisor(known, outer)) * outer, Number.MAX_VALUE));
      }
    }
  }
  return found;
};

/** A whole number in digits; `String` writes those from 1e21 on with an exponent, and infinity in words. */
const digits = (value: number): string =>
  Math.abs(value) < 1e21 ? String(value) : String(BigInt(Number.isFinite(value) ? value : Number.MAX_VALUE));

const printQuotient = (numerator: Polynomial, offset: number, denominator: number): string => {
  const up = offset === denominator - 1;
  const text = print(up || offset === 0 ? numerator : add(numerator, constant(offset)));
  return `${up ? 'ceil' : 'floor'}(${/ [+-] /.test(text) ? `(${text})` : text}/${digits(denominator)})`;
};

const compareTerms = (a: Term, b: Term): number => b.factors.length - a.factors.length || byText(keyOf(a.factors), keyOf(b.factors));

/** Joins printed terms with signs: `B*H - 2`. */
export const printSum = (terms: readonly { readonly negative: boolean; readonly text: string }[]): string =>
  terms.map(({ negative, text }, i) => (i === 0 ? (negative ? `-${text}` : text) : ` ${negative ? '-' : '+'} ${text}`)).join('') || '0';

/** Terms in the order in which they are printed: higher degrees first, the constant last. */
export const orderedTerms = (a: Polynomial): Term[] => [...a.values()].sort(compareTerms);

export const print = (a: Polynomial): string =>
  printSum(
    orderedTerms(a).map(({ coefficient, factors }) => {
      const size = Math.abs(coefficient);
      const parts = [...(size === 1 && factors.length > 0 ? [] : [digits(size)]), ...factors.map((factor) => factor.text)];
      return { negative: coefficient < 0, text: parts.join('*') };
    }),
  );
