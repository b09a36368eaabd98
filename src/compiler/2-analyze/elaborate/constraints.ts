import type { Span } from '../../diagnostics/index.js';
import { areEqualUnder, type Dimension, divisorsForEquality, isExact } from '../../ir/dimension.js';
import type { SizeConstraint } from '../../ir/ir.js';

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Collects what the agreement of shapes demands of the sizes of the input. */
export class ConstraintRecorder {
  private readonly found = new Map<string, { divisor: number; because: { message: string; span: Span }[] }>();
  private readonly known = new Map<string, ReadonlyMap<string, number> | undefined>();

  /** Whether dimensions agree, for all sizes or for divisible ones; the latter becomes a constraint that stems from `span`. */
  agree(a: Dimension, b: Dimension, span: Span): boolean {
    if (a === b) return isExact(a);
    if (typeof a === 'number' && typeof b === 'number') return false;
    if (!isExact(a) || !isExact(b)) return false;
    const divisors = this.divisors(a, b);
    const isNew = [...(divisors ?? [])].some(([symbol, divisor]) => (this.found.get(symbol)?.divisor ?? 1) % divisor !== 0);
    // What has been demanded already may be enough in another way: H*W is divisible by 64 where 16 divides H and 4 divides W.
    if (isNew && areEqualUnder(a, b, this.divisorsBySymbol)) return true;
    for (const [symbol, divisor] of divisors ?? []) this.demand(symbol, divisor, `${a} and ${b} have to be equal here`, span);
    return divisors !== undefined;
  }

  /** Constraints so far, in the order of their symbols. */
  get constraints(): SizeConstraint[] {
    return [...this.found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([symbol, { divisor, because }]) => ({ symbol, divisor, because: [...because] }));
  }

  /** Divisors by symbol, for printing shapes in their simplest form. */
  get divisorsBySymbol(): Map<string, number> {
    return new Map([...this.found].map(([symbol, { divisor }]) => [symbol, divisor]));
  }

  private divisors(a: Dimension, b: Dimension): ReadonlyMap<string, number> | undefined {
    const key = `${a}|${b}`;
    if (!this.known.has(key)) this.known.set(key, divisorsForEquality(a, b));
    return this.known.get(key);
  }

  private demand(symbol: string, divisor: number, message: string, span: Span): void {
    const constraint = this.found.get(symbol) ?? { divisor: 1, because: [] };
    this.found.set(symbol, constraint);
    constraint.divisor = (constraint.divisor * divisor) / greatestCommonDivisor(constraint.divisor, divisor);
    const isNew = constraint.because.every(
      (other) => other.message !== message || other.span.start !== span.start || other.span.file !== span.file,
    );
    if (isNew) constraint.because.push({ message, span });
  }
}

/** `H divisible by 8, W divisible by 8`, for messages. */
export function constraintText(constraints: readonly SizeConstraint[]): string {
  return constraints.map(({ symbol, divisor }) => `${symbol} divisible by ${divisor}`).join(' and ');
}
