import { CstParser, EOF, type IToken, isRecognitionException, type TokenType, tokenMatcher } from 'chevrotain';
import { type Diagnostic, report } from '../diagnostics/index.js';
import { limits } from '../limits.js';
import { describeFailure, describeToken, spanAt } from './failure.js';
import type { TokenPlace } from './layout.js';
import * as t from './tokens.js';

/** Thrown where a construct cannot be continued although its failure has been reported; the nearest `attempt` outside swallows it. */
class Abandoned extends Error {}

type ResumeTest = (token: IToken, place: TokenPlace) => boolean;

/** Where the items of a body may start, for resuming there. */
interface ItemStarts {
  /** Tokens that start an item when they are the first of a line; default: every word that can. */
  readonly startsLine?: readonly TokenType[];
  /** Tokens that start an item wherever they stand. */
  readonly anywhere?: readonly TokenType[];
}

const lineStarts = [t.Identifier, t.Let, t.For, t.Return];
const closingTypes = new Set([t.RightParenthesis, t.RightBracket, t.RightBrace]);

/**
 * Error recovery for the grammar. Chevrotain's own recovery guesses by follow sets, which in a language without separators resumes inside broken
 * expressions; here each construct that can stand alone is an `attempt` that, when it fails, reports once and resumes where the next
 * construct of its kind surely starts. That works because the layout repair has balanced the brackets before.
 */
export abstract class ResumingParser extends CstParser {
  diagnostics: Diagnostic[] = [];
  /** Offsets at which the brace that opens a body was missing. */
  missingBodies: number[] = [];
  private path = '';
  private places: ReadonlyMap<IToken, TokenPlace> = new Map();

  /** Sets what is parsed next. */
  start(file: string, tokens: IToken[], places: ReadonlyMap<IToken, TokenPlace>): void {
    this.input = tokens;
    this.path = file;
    this.places = places;
    this.diagnostics = [];
    this.missingBodies = [];
  }

  /** Reports what a rule, called by itself, has left over of the tokens. */
  reportRest(): void {
    const rest = this.errors.find((error) => error.name === 'NotAllInputParsedException');
    if (!rest) return;
    this.report(
      report.unexpectedToken({ span: this.spanOf(rest.token), expected: 'an operator or the end', found: describeToken(rest.token) }),
    );
  }

  private placeOf(token: IToken): TokenPlace {
    return this.places.get(token) ?? { depth: 0, startsLine: true };
  }

  private get depth(): number {
    return this.placeOf(this.LA(1)).depth;
  }

  /** Runs part of a rule. When it fails, reports that and skips to the first token that satisfies `resumes`; tells whether all went well. */
  protected attempt(part: () => void, resumes: ResumeTest): boolean {
    if (this.RECORDING_PHASE) {
      part();
      return true;
    }
    try {
      part();
      return true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isRecognitionException(error)) this.reportFailure(error.message);
      else if (!(error instanceof Abandoned)) throw error;
      this.skipTo(this.hasGivenUp ? () => false : resumes);
      return false;
    }
  }

  /** Whether there are more mistakes than are reported, so that what follows need not be looked at. */
  get hasGivenUp(): boolean {
    return this.diagnostics.length > limits.mistakesOfFile;
  }

  private reportFailure(expected: string): void {
    this.report(
      describeFailure({
        file: this.path,
        expected,
        previous: this.LA(0),
        found: this.LA(1),
        following: this.LA(2),
        startsLine: (token) => this.placeOf(token).startsLine,
      }),
    );
  }

  private skipTo(resumes: ResumeTest): void {
    for (let next = this.LA(1); next.tokenType !== EOF && !resumes(next, this.placeOf(next)); next = this.LA(1)) this.SKIP_TOKEN();
  }

  /** At the bracket that closes the list or body whose items have this depth. */
  private closes(depth: number): ResumeTest {
    return (token, place) => place.depth < depth || (place.depth === depth && closingTypes.has(token.tokenType));
  }

  /** At the first word of a line at this depth, or at the bracket that ends the body. */
  private startsItem(depth: number, { startsLine, anywhere = [] }: ItemStarts = {}): ResumeTest {
    const closes = this.closes(depth);
    const starts = (type: TokenType, token: IToken) =>
      startsLine ? startsLine.includes(type) : lineStarts.some((start) => tokenMatcher(token, start));
    return (token, place) => {
      if (closes(token, place)) return true;
      if (place.depth !== depth) return false;
      return anywhere.includes(token.tokenType) || (place.startsLine && starts(token.tokenType, token));
    };
  }

  /** Zero or more items up to the end of the body, each an attempt; what starts no item is reported and skipped. */
  protected items(expected: string, item: () => void, starts: ItemStarts = {}): void {
    const depth = this.RECORDING_PHASE ? 0 : this.depth;
    const resumes = this.startsItem(depth, starts);
    const closes = this.closes(depth);
    do {
      this.MANY(() => this.attempt(item, resumes));
    } while (this.skipStray(expected, closes, resumes));
  }

  private skipStray(expected: string, ends: ResumeTest, resumes: ResumeTest): boolean {
    if (this.RECORDING_PHASE) return false;
    const next = this.LA(1);
    if (next.tokenType === EOF) return false;
    if (ends(next, this.placeOf(next)) && this.placeOf(next).depth > 0) return false;
    this.reportStray(expected, next);
    this.SKIP_TOKEN();
    this.skipTo(resumes);
    return true;
  }

  /** Reports a token that starts no item; the grammar of whole files has more to say about it. */
  protected reportStray(expected: string, _token: IToken): void {
    this.reportFailure(expected);
  }

  protected report(diagnostic: Diagnostic): void {
    const last = this.diagnostics.at(-1);
    // What fails within a construct may be left over behind it.
    if (last?.code === diagnostic.code && last.span.start === diagnostic.span.start) return;
    this.diagnostics.push(diagnostic);
  }

  protected spanOf(token: IToken): ReturnType<typeof spanAt> {
    return spanAt(this.path, token);
  }

  /** Reports that nothing stands before a closing bracket where something must. */
  protected demand(expected: string, closing: TokenType): void {
    const next = this.LA(1);
    if (this.RECORDING_PHASE || next.tokenType !== closing) return;
    this.report(report.unexpectedToken({ span: this.spanOf(next), expected, found: describeToken(next) }));
  }

  /** Elements with commas between them (one more at the end is allowed) up to a closing bracket, each element an attempt. */
  protected commaSeparated(expected: string, closing: string, element: () => void): void {
    const depth = this.RECORDING_PHASE ? 0 : this.depth;
    const closes = this.closes(depth);
    const resumes: ResumeTest = (token, place) => closes(token, place) || (place.depth === depth && token.tokenType === t.Comma);
    const atEnd = () => !this.RECORDING_PHASE && closes(this.LA(1), this.placeOf(this.LA(1)));
    let isFirst = true;
    do {
      this.MANY_SEP({
        SEP: t.Comma,
        DEF: () => {
          if (!isFirst && atEnd()) return;
          isFirst = false;
          this.attempt(element, resumes);
        },
      });
    } while (this.skipToNextElement(isFirst ? expected : `\`,\` or ${closing}`, closes, resumes));
  }

  private skipToNextElement(expected: string, closes: ResumeTest, resumes: ResumeTest): boolean {
    if (this.RECORDING_PHASE) return false;
    const next = this.LA(1);
    if (next.tokenType === EOF || closes(next, this.placeOf(next))) return false;
    this.report(report.unexpectedToken({ span: this.spanOf(next), expected, found: describeToken(next) }));
    this.skipTo(resumes);
    if (this.LA(1).tokenType !== t.Comma) return false;
    this.SKIP_TOKEN();
    return !closes(this.LA(1), this.placeOf(this.LA(1)));
  }

  /** What stands between two brackets, an attempt; reports what is left over before the closing one. */
  protected enclosed(closing: string, part: () => void): void {
    if (this.RECORDING_PHASE) {
      part();
      return;
    }
    const closes = this.closes(this.depth);
    if (!this.attempt(part, closes)) return;
    const next = this.LA(1);
    if (next.tokenType === EOF || closes(next, this.placeOf(next))) return;
    this.report(report.unexpectedToken({ span: this.spanOf(next), expected: `an operator or ${closing}`, found: describeToken(next) }));
    this.skipTo(closes);
  }

  /** The value of a statement: when it fails, the statement stays, and parsing resumes at the next one. */
  protected value(part: () => void): void {
    this.attempt(part, this.RECORDING_PHASE ? () => true : this.startsItem(this.depth));
  }

  /** What stands before a body: when it fails, parsing resumes at the body, or the whole construct is abandoned where it has none. */
  protected header(part: () => void, bodyStarts: readonly TokenType[] = [t.LeftBrace]): void {
    if (this.RECORDING_PHASE) {
      part();
      return;
    }
    const depth = this.depth;
    const startsItem = this.startsItem(depth);
    const isBody = (token: IToken) => bodyStarts.includes(token.tokenType);
    const first = this.LA(1);
    const resumes: ResumeTest = (token, place) =>
      place.depth < depth || (place.depth === depth && isBody(token)) || (token !== first && startsItem(token, place));
    const succeeded = this.attempt(part, resumes);
    if (isBody(this.LA(1))) return;
    if (succeeded) this.reportFailure(bodyStarts.map((type) => type.LABEL ?? type.name).join(' or '));
    this.skipTo(resumes);
    if (isBody(this.LA(1))) return;
    this.missingBodies.push(first.startOffset);
    throw new Abandoned();
  }
}
