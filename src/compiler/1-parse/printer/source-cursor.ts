import type { IToken } from 'chevrotain';
import { builders } from 'prettier/doc';
import type { Span } from '../../diagnostics/index.js';
import type { Comment } from '../scan.js';

const { hardline, lineSuffix } = builders;
export type Doc = builders.Doc;

interface PlacedComment {
  readonly text: string;
  /** Whether an empty line stands above it. */
  readonly blankBefore: boolean;
}

interface PlacedToken {
  readonly image: string;
  readonly start: number;
  readonly end: number;
  /** The comments above the token, each on a line of its own. */
  readonly above: readonly PlacedComment[];
  /** The comment behind the token on its line. */
  readonly behind?: string;
  readonly blankBefore: boolean;
  readonly startsLine: boolean;
}

const closers: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/**
 * Hands out the tokens of a source in their order, each with its comments, while the printer walks the tree. As every token is taken or
 * skipped, no comment can get lost: one behind a token goes to the end of the line on which the token comes to stand, one above a token onto a
 * line of its own where the layout has a place for that, else to the end of the line too. A line that got a comment ends at the next place
 * where it can.
 */
export class SourceCursor {
  private readonly tokens: readonly PlacedToken[];
  private readonly indexByOffset: ReadonlyMap<number, number>;
  /** Index of the closing bracket by that of the opening one. */
  private readonly closing: ReadonlyMap<number, number>;
  private next = 0;
  /** How many comments above the next token have been printed. */
  private printedAbove = 0;
  /** Whether a comment waits for the end of the line. */
  private owesBreak = false;

  /** @param tokens of a text without syntax errors. */
  constructor(text: string, tokens: readonly IToken[], comments: readonly Comment[]) {
    this.tokens = placeTokens(text, tokens, comments);
    this.indexByOffset = new Map(this.tokens.map(({ start }, i) => [start, i]));
    this.closing = matchBrackets(this.tokens);
  }

  /** The text of the next token; undefined at the end. */
  peek(): string | undefined {
    return this.tokens[this.next]?.image;
  }

  /** Whether the next token is the first of its line. */
  startsLine(): boolean {
    return this.tokens[this.next]?.startsLine ?? true;
  }

  /** The text of the token before that at `offset`. */
  textBefore(offset: number): string | undefined {
    return this.tokens[(this.indexByOffset.get(offset) ?? 0) - 1]?.image;
  }

  /** The next token, which has to be `image`. */
  take(image: string): Doc {
    return this.advance(image, image);
  }

  /** The next token as the source has it, or as `spell` writes it. */
  takeLiteral(spell: (image: string) => string = (image) => image): Doc {
    const image = this.peek() ?? '';
    return this.advance(image, spell(image));
  }

  /** Leaves the next token out; its comments stay. */
  skip(image: string): Doc {
    return this.advance(image, '');
  }

  private advance(image: string, printed: string): Doc {
    const token = this.tokens[this.next];
    if (token?.image !== image) throw new Error(`the printer expects \`${image}\` where the source has \`${token?.image ?? 'its end'}\``);
    const waiting = [
      ...token.above.slice(this.printedAbove).map(({ text }) => text),
      ...(token.behind === undefined ? [] : [token.behind]),
    ];
    this.next++;
    this.printedAbove = 0;
    if (waiting.length === 0) return printed;
    this.owesBreak = true;
    return [printed, ...waiting.map((text) => lineSuffix(`  ${text}`))];
  }

  /** Whether the line must end before the next token, because of comments. */
  needsBreak(): boolean {
    return this.owesBreak || this.hasAbove();
  }

  private hasAbove(): boolean {
    return (this.tokens[this.next]?.above.length ?? 0) > this.printedAbove;
  }

  private takeAbove(): readonly PlacedComment[] {
    const above = this.tokens[this.next]?.above ?? [];
    const rest = above.slice(this.printedAbove);
    this.printedAbove = above.length;
    return rest;
  }

  /** A place where the line may end: `otherwise`, unless comments end it. The comments above the next token come here. */
  line(otherwise: Doc): Doc {
    if (!this.needsBreak()) return otherwise;
    return [this.newLine(), ...this.takeAbove().map(({ text }): Doc => [text, hardline])];
  }

  /** The end of the line. */
  newLine(): Doc {
    this.owesBreak = false;
    return hardline;
  }

  /** Whether the token at `offset` follows what stands before it without a comment or an empty line between. */
  isAdjacent(offset: number): boolean {
    const token = this.tokens[this.indexByOffset.get(offset) ?? -1];
    return token?.above.length === 0 && !token.blankBefore;
  }

  /**
   * The way to the next statement, on a new line. At most one empty line of the source stays, none does at the start of a body (`isFirst`) and
   * below documentation; `isApart` puts one in.
   */
  nextStatement({ isFirst, isApart = false }: { readonly isFirst: boolean; readonly isApart?: boolean }): Doc {
    const above = this.takeAbove();
    const blankBeforeToken = this.tokens[this.next]?.blankBefore ?? false;
    const parts = above.map(({ text, blankBefore }, i): Doc => {
      const hasBlank = i === 0 ? !isFirst && (blankBefore || isApart) : blankBefore;
      return [this.newLine(), hasBlank ? hardline : '', text];
    });
    const last = above.at(-1);
    const hasBlank = last === undefined ? !isFirst && (blankBeforeToken || isApart) : blankBeforeToken && !isDocumentation(last.text);
    return [...parts, this.newLine(), hasBlank ? hardline : ''];
  }

  /** The comments at the end of a body or list, before the bracket that closes it; they are to be indented as its items. */
  commentsAtEnd({ isFirst, keepsBlankLines }: { readonly isFirst: boolean; readonly keepsBlankLines: boolean }): Doc {
    const above = this.takeAbove();
    if (above.length === 0) return '';
    const parts = above.map(({ text, blankBefore }, i): Doc => {
      const hasBlank = keepsBlankLines && blankBefore && !(isFirst && i === 0);
      return [hardline, hasBlank ? hardline : '', text];
    });
    this.owesBreak = true;
    return parts;
  }

  /** How many pairs of parentheses stand right around what has this span. */
  parenthesesAround(span: Span): number {
    let open = this.indexByOffset.get(span.start);
    let close = open === undefined ? undefined : this.closing.get(open);
    if (open === undefined || close === undefined || this.tokens[close]?.end !== span.end) return 0;
    let pairs = 0;
    for (; this.tokens[open]?.image === '(' && this.closing.get(open) === close; open++, close--) pairs++;
    return pairs;
  }

  /** Characters of the tokens from `start` to `end`, without those that the printer may add or leave out. */
  lengthOf(start: number, end: number): number {
    let length = 0;
    for (let i = this.indexByOffset.get(start) ?? this.tokens.length; i < this.tokens.length; i++) {
      const token = this.tokens[i];
      if (!token || token.end > end) break;
      if (!['(', ')', ','].includes(token.image)) length += token.image.length;
    }
    return length;
  }
}

function isDocumentation(comment: string): boolean {
  return /^\/\/\/(?!\/)/.test(comment);
}

/** Line ends of `\r\n`, `\n` and `\r`. */
const lineEnd = /\r\n|\n|\r/g;

/** Gives each token its comments; the last one is the end of the file, without text. */
function placeTokens(text: string, tokens: readonly IToken[], comments: readonly Comment[]): PlacedToken[] {
  const placed: PlacedToken[] = [];
  let above: PlacedComment[] = [];
  let end = 0;
  let nextComment = 0;
  const linesTo = (offset: number): number => text.slice(end, offset).match(lineEnd)?.length ?? 0;
  const takeComments = (before: number): void => {
    for (let comment = comments[nextComment]; comment && comment.span.start < before; comment = comments[++nextComment]) {
      const shown = text.slice(comment.span.start, comment.span.end).trimEnd();
      const lines = linesTo(comment.span.start);
      const last = placed.at(-1);
      if (lines === 0 && last) placed[placed.length - 1] = { ...last, behind: shown };
      else above.push({ text: shown, blankBefore: lines > 1 });
      end = comment.span.end;
    }
  };
  const place = (image: string, start: number): void => {
    takeComments(start);
    const lines = linesTo(start);
    placed.push({ image, start, end: start + image.length, above, blankBefore: lines > 1, startsLine: lines > 0 || start === 0 });
    above = [];
    end = start + image.length;
  };
  for (const token of tokens) place(token.image, token.startOffset);
  place('', text.length);
  return placed;
}

function matchBrackets(tokens: readonly PlacedToken[]): Map<number, number> {
  const closing = new Map<number, number>();
  const open: number[] = [];
  for (const [i, { image }] of tokens.entries()) {
    if (closers.has(image)) open.push(i);
    else if (image === ')' || image === ']' || image === '}') closing.set(open.pop() ?? -1, i);
  }
  return closing;
}
