import type { Polynomial } from './polynomial.js';
import * as polynomial from './polynomial.js';

const token = /\s*(?:(\d+)|([A-Za-z_]\w*)|([-+*/()]))/y;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const match = token.exec(text);
    if (match === null) throw new SyntaxError(`'${text}' is not a dimension`);
    tokens.push(match[0].trim());
  }
  return tokens;
};

/** Recursive descent over `sum := product {(+|-) product}`, `product := factor {* factor}`, `factor := int | name | (sum) | ceil(sum/int)`. */
class DimensionReader {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly string[],
  ) {}

  read(): Polynomial {
    const result = this.sum();
    if (this.position < this.tokens.length) this.fail();
    return result;
  }

  private sum(): Polynomial {
    let result = this.accept('-') ? polynomial.scale(this.product(), -1) : this.product();
    for (;;) {
      if (this.accept('+')) result = polynomial.add(result, this.product());
      else if (this.accept('-')) result = polynomial.add(result, polynomial.scale(this.product(), -1));
      else return result;
    }
  }

  private product(): Polynomial {
    let result = this.factor();
    while (this.accept('*')) result = polynomial.multiply(result, this.factor());
    return result;
  }

  private factor(): Polynomial {
    const next = this.tokens[this.position++] ?? '';
    if (/^\d/.test(next)) return polynomial.constant(Number(next));
    if (next === '(') {
      const inner = this.sum();
      this.expect(')');
      return inner;
    }
    if (next === 'ceil' || next === 'floor') {
      this.expect('(');
      const numerator = this.sum();
      this.expect('/');
      const denominator = Number(this.tokens[this.position++]);
      this.expect(')');
      if (!Number.isInteger(denominator) || denominator < 1) this.fail();
      return polynomial.floorQuotient(
        next === 'ceil' ? polynomial.add(numerator, polynomial.constant(denominator - 1)) : numerator,
        denominator,
      );
    }
    if (/^[A-Za-z_]/.test(next)) return polynomial.symbol(next);
    return this.fail();
  }

  private accept(expected: string): boolean {
    if (this.tokens[this.position] !== expected) return false;
    this.position++;
    return true;
  }

  private expect(expected: string): void {
    if (!this.accept(expected)) this.fail();
  }

  private fail(): never {
    throw new SyntaxError(`'${this.text}' is not a dimension`);
  }
}

const parsed = new Map<string, Polynomial>();
/** Most results that are remembered. */
const rememberedLimit = 10_000;

/**
 * Reads the text of a dimension. Results are remembered: a network has few different dimensions and asks for them often.
 * @throws SyntaxError when the text is not a dimension.
 */
export const parseDimension = (text: string): Polynomial => {
  let result = parsed.get(text);
  if (result === undefined) {
    result = new DimensionReader(text, tokensOf(text)).read();
    if (parsed.size >= rememberedLimit) parsed.clear();
    parsed.set(text, result);
  }
  return result;
};
