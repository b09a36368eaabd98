import { createTokenInstance, type IToken, type TokenType, tokenMatcher } from 'chevrotain';
import { type Diagnostic, report, type Span } from '../diagnostics/index.js';
import { limits } from '../limits.js';
import * as t from './tokens.js';

/** Where a token stands; the parser recovers by it. */
export interface TokenPlace {
  /** Brackets open before the token; a closing bracket has the depth of what it closes. */
  readonly depth: number;
  /** Whether it is the first token of its line. */
  readonly startsLine: boolean;
}

export interface Layout {
  /** The tokens with balanced brackets: missing closing ones put in, closing ones that close nothing left out. */
  readonly tokens: IToken[];
  readonly places: ReadonlyMap<IToken, TokenPlace>;
  readonly diagnostics: Diagnostic[];
  /** Set when nesting passes the limit; the tokens are of no use then. */
  readonly abandoned: boolean;
}

interface OpenBracket {
  readonly token: IToken;
  readonly closing: TokenType;
  readonly indentation: number;
  readonly ofNamespace: boolean;
  readonly ofVariant: boolean;
  /** Whether these are the parentheses behind `repeat`. */
  readonly ofRepeat: boolean;
  /** `if`s and comprehensions met inside since the last `=` or comma: they nest without brackets. */
  unbracketed: number;
  /** Whether a `for` was met inside and its colon not yet. */
  hasFor: boolean;
}

const closers = new Map<TokenType, TokenType>([
  [t.LeftParenthesis, t.RightParenthesis],
  [t.LeftBracket, t.RightBracket],
  [t.LeftBrace, t.RightBrace],
]);
const closingTypes = new Set(closers.values());
const closingImages = new Map<TokenType, string>([
  [t.RightParenthesis, ')'],
  [t.RightBracket, ']'],
  [t.RightBrace, '}'],
]);
/** After these an operand must follow. */
const wantOperand = [t.Assign, t.InfixOperator, t.PipeArrow, t.If, t.Then, t.Else, t.Not, t.RangeOperator];

/**
 * Balances the brackets of a file before it is parsed, so that a forgotten bracket costs one diagnostic at its own place and the rest of the file
 * parses as meant. A statement or declaration that surely starts on a new line ends whatever expression is still open. When braces are missing, a
 * second pass believes the indentation: a `}` further left than its opener's line closes the opener it is aligned with.
 */
export function repairLayout(file: string, text: string, tokens: readonly IToken[]): Layout {
  const plain = new LayoutRepair(file, text, tokens, false).run();
  if (plain.abandoned || !plain.bracesUnclosed) return plain;
  const indented = new LayoutRepair(file, text, tokens, true).run();
  return indented.diagnostics.length <= plain.diagnostics.length ? indented : plain;
}

class LayoutRepair {
  private readonly out: IToken[] = [];
  private readonly places = new Map<IToken, TokenPlace>();
  private readonly diagnostics: Diagnostic[] = [];
  private readonly stack: OpenBracket[] = [];
  private unbracketed = 0;
  private bracesUnclosed = false;
  private lastClosed: OpenBracket | undefined;
  private lineIndentation = 0;

  constructor(
    private readonly file: string,
    private readonly text: string,
    private readonly tokens: readonly IToken[],
    private readonly believesIndentation: boolean,
  ) {}

  run(): Layout & { readonly bracesUnclosed: boolean } {
    for (const [i, token] of this.tokens.entries()) {
      const startsLine = this.startsLine(i);
      if (startsLine) {
        this.lineIndentation = this.indentationAt(token.startOffset);
        this.endOpenExpressions(i);
      }
      if (closers.has(token.tokenType)) this.open(i, token, startsLine);
      else if (closingTypes.has(token.tokenType)) this.close(token, startsLine);
      else {
        this.countUnbracketed(token);
        this.emit(token, startsLine);
      }
      if (this.stack.length + this.unbracketed > limits.brackets) {
        this.diagnostics.push(report.nestingTooDeep({ span: this.spanOf(token), limit: limits.brackets }));
        return { tokens: [], places: this.places, diagnostics: this.diagnostics, abandoned: true, bracesUnclosed: false };
      }
    }
    this.closeDownTo(0);
    return { tokens: this.out, places: this.places, diagnostics: this.diagnostics, abandoned: false, bracesUnclosed: this.bracesUnclosed };
  }

  private startsLine(i: number): boolean {
    const token = this.tokens[i];
    const previous = this.tokens[i - 1];
    if (!token || !previous) return true;
    return /[\r\n]/.test(this.text.slice((previous.endOffset ?? 0) + 1, token.startOffset));
  }

  private indentationAt(offset: number): number {
    let start = offset;
    while (start > 0 && !'\n\r'.includes(this.text.charAt(start - 1))) start--;
    return offset - start;
  }

  private spanOf(token: IToken): Span {
    return { file: this.file, start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 };
  }

  private emit(token: IToken, startsLine: boolean): void {
    this.places.set(token, { depth: this.stack.length, startsLine });
    this.out.push(token);
  }

  /** Emits a token that the text lacks, without width, behind the last one. */
  private emitMissing(type: TokenType, image: string): void {
    const start = this.endOfPrevious();
    this.emit(createTokenInstance(type, image, start, start - 1, 0, 0, 0, 0), false);
  }

  private endOfPrevious(): number {
    return (this.out.at(-1)?.endOffset ?? -1) + 1;
  }

  private open(i: number, token: IToken, startsLine: boolean): void {
    this.emit(token, startsLine);
    const closing = closers.get(token.tokenType) ?? t.RightBrace;
    const outer = this.stack.at(-1);
    // The braces are the body of the `for`, which then is a statement.
    if (outer && closing === t.RightBrace && !this.isBodyOfRepeat(i)) outer.hasFor = false;
    const ofNamespace = token.tokenType === t.LeftBrace && this.tokens[i - 2]?.tokenType === t.Namespace;
    const ofVariant = token.tokenType === t.LeftBrace && this.tokens[i - 4]?.tokenType === t.Variant;
    const ofRepeat = this.tokens[i - 1]?.tokenType === t.Repeat;
    this.stack.push({ token, closing, indentation: this.lineIndentation, ofNamespace, ofVariant, ofRepeat, unbracketed: 0, hasFor: false });
  }

  /** Whether the brace at `i` stands behind `repeat(n)` or `repeat(n) as name`. */
  private isBodyOfRepeat(i: number): boolean {
    const behind = this.tokens[i - 2]?.tokenType === t.As ? i - 2 : i;
    return this.tokens[behind - 1]?.tokenType === t.RightParenthesis && this.lastClosed?.ofRepeat === true;
  }

  private pop(): void {
    this.lastClosed = this.stack.pop();
    this.unbracketed -= this.lastClosed?.unbracketed ?? 0;
  }

  private close(token: IToken, startsLine: boolean): void {
    let match = this.stack.findLastIndex((open) => open.closing === token.tokenType);
    if (match < 0) {
      this.diagnostics.push(report.unmatchedBracket({ span: this.spanOf(token), closing: token.image }));
      return;
    }
    if (this.believesIndentation && startsLine && token.tokenType === t.RightBrace) {
      const aligned = this.stack.findLastIndex((open) => open.closing === token.tokenType && open.indentation === this.lineIndentation);
      if (aligned >= 0 && (this.stack[match]?.indentation ?? 0) > this.lineIndentation) match = aligned;
    }
    this.closeDownTo(match + 1);
    this.emit(token, startsLine);
    this.pop();
  }

  /** Closes the brackets above the first `depth` ones and reports each as unclosed. */
  private closeDownTo(depth: number): void {
    while (this.stack.length > depth) {
      const open = this.stack.at(-1);
      if (!open) return;
      const closing = closingImages.get(open.closing) ?? '';
      const end = this.endOfPrevious();
      const related = [{ message: `\`${open.token.image}\` is opened here`, span: this.spanOf(open.token) }];
      this.diagnostics.push(
        report.unclosedBracket({ span: { file: this.file, start: end, end }, related, closing, opening: open.token.image }),
      );
      if (open.closing === t.RightBrace) this.bracesUnclosed = true;
      this.emitMissing(open.closing, closing);
      this.pop();
    }
  }

  private countUnbracketed({ tokenType }: IToken): void {
    const top = this.stack.at(-1);
    if (!top) {
      if (tokenType === t.If) this.unbracketed++;
      else if (tokenType === t.Assign) this.unbracketed = 0;
      return;
    }
    // In braces a `for` may be a statement, too; the colon behind its range makes it a comprehension.
    const isComprehension = top.closing === t.RightBracket ? tokenType === t.For : tokenType === t.Colon && top.hasFor;
    if (tokenType === t.For || tokenType === t.Colon) top.hasFor = tokenType === t.For;
    if (tokenType === t.If || isComprehension) {
      top.unbracketed++;
      this.unbracketed++;
    } else if (tokenType === t.Assign || tokenType === t.Comma) {
      this.unbracketed -= top.unbracketed;
      top.unbracketed = 0;
    }
  }

  /** At the first token of a line: where a statement or declaration surely starts, what is still open before it is unfinished. */
  private endOpenExpressions(i: number): void {
    const isDeclaration = this.startsDeclaration(i);
    const variant = this.startsEdit(i) ? this.stack.findLastIndex((open) => open.ofVariant) : -1;
    if (!isDeclaration && variant < 0 && !this.startsStatement(i)) return;
    const previous = this.out.at(-1);
    if (previous && wantOperand.some((type) => tokenMatcher(previous, type))) {
      this.diagnostics.push(
        report.unexpectedToken({ span: this.spanOf(previous), expected: 'an expression', found: 'the end of the line' }),
      );
      this.emitMissing(t.Missing, '');
    }
    if (isDeclaration) {
      const inNamespace = this.tokens[i]?.tokenType === t.FunctionKeyword ? this.stack.findLastIndex((open) => open.ofNamespace) + 1 : 0;
      this.closeDownTo(inNamespace);
    } else if (variant >= 0) {
      this.closeDownTo(variant + 1);
    } else {
      this.closeDownTo(this.stack.findLastIndex((open) => open.closing === t.RightBrace) + 1);
    }
  }

  private startsDeclaration(i: number): boolean {
    const [first, second, third] = [this.tokens[i], this.tokens[i + 1], this.tokens[i + 2]];
    if (!first || !second) return false;
    switch (first.tokenType) {
      case t.Block:
      case t.Model:
      case t.FunctionKeyword:
      case t.Namespace:
        return tokenMatcher(second, t.Identifier) && (third?.tokenType === t.LeftParenthesis || third?.tokenType === t.LeftBrace);
      case t.Training:
        return second.tokenType === t.Of;
      case t.Variant:
        return second.tokenType === t.StringLiteral && third?.tokenType === t.Of;
      case t.Import:
        return second.tokenType === t.LeftBrace;
      default:
        return false;
    }
  }

  private startsEdit(i: number): boolean {
    const [first, second, third] = [this.tokens[i], this.tokens[i + 1], this.tokens[i + 2]];
    if (first?.tokenType === t.Insert) return second?.tokenType === t.Before || second?.tokenType === t.After;
    if (!second || !tokenMatcher(second, t.Identifier)) return false;
    if (first?.tokenType === t.Remove) return third?.tokenType !== t.Assign;
    return first?.tokenType === t.SetKeyword || first?.tokenType === t.Replace || first?.tokenType === t.Rename;
  }

  private startsStatement(i: number): boolean {
    const [first, second, third] = [this.tokens[i], this.tokens[i + 1], this.tokens[i + 2]];
    if (!first) return false;
    const before = this.tokens[i - 1]?.tokenType;
    if (before === t.Comma || before === t.LeftParenthesis || before === t.LeftBracket) return false;
    if (first.tokenType === t.Let || first.tokenType === t.Return) return true;
    if (first.tokenType === t.For) return this.stack.at(-1)?.closing !== t.RightBracket;
    // `for i` on one line and `in x: ...` on the next is a comprehension, not a port.
    if (first.tokenType === t.In && this.tokens[i - 2]?.tokenType === t.For) return false;
    if (!tokenMatcher(first, t.Identifier)) return false;
    if (second?.tokenType === t.Assign) return true;
    if (second && tokenMatcher(second, t.Identifier)) {
      if (first.tokenType === t.In || first.tokenType === t.Out || first.tokenType === t.Weight || first.tokenType === t.Statistic)
        return third?.tokenType === t.Colon;
      if (first.tokenType === t.Minimize) return third?.tokenType === t.Over;
      return (first.tokenType === t.Log || first.tokenType === t.Update) && third?.tokenType === t.Assign;
    }
    return second?.tokenType === t.LeftBracket && this.isIndexedTarget(i + 1);
  }

  /** Whether the brackets that open at `i` close on the same line before `=`: the indices of a target. */
  private isIndexedTarget(i: number): boolean {
    let depth = 0;
    for (let k = i; k < this.tokens.length && (k === i || !this.startsLine(k)); k++) {
      const type = this.tokens[k]?.tokenType;
      if (type === t.LeftBracket) depth++;
      else if (type === t.RightBracket && --depth === 0) return this.tokens[k + 1]?.tokenType === t.Assign;
    }
    return false;
  }
}
