import { createTokenInstance, type IToken, type TokenType } from 'chevrotain';
import { type Diagnostic, replacement, report, type Span } from '../diagnostics/index.js';
import { limits } from '../limits.js';
import { contextualWords, Identifier, NumberLiteral, Patch, reservedWords, StringLiteral, symbols, Times } from './tokens.js';

/** A `///` comment: the text behind the slashes, without the space that follows them. */
export interface DocumentationComment {
  readonly text: string;
  readonly span: Span;
  /** Whether nothing but white space precedes it on its line. */
  readonly startsLine: boolean;
}

/** Any comment, with its slashes. */
export interface Comment {
  readonly span: Span;
}

export interface ScanResult {
  readonly tokens: IToken[];
  /** All of them, `//` and `///`, in their order. */
  readonly comments: Comment[];
  readonly documentation: DocumentationComment[];
  readonly diagnostics: Diagnostic[];
}

/** Texts that are numbers; tokens of numbers whose text is none have been reported. */
export const wellFormedNumber = /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

// One alternative a kind of token, tried in this order at every place of the text.
const pattern = new RegExp(
  [
    /(?<space>[\s\uFEFF]+)/,
    /\/\/\/(?!\/)(?<documentation>[^\r\n]*)/,
    /(?<comment>\/\/[^\r\n]*)/,
    /(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w]|\.\d)/,
    /(?<malformed>\d\w*(?:\.\w+)*)/,
    /(?<word>[A-Za-z_]\w*)/,
    /(?<string>"(?:[^"\\\r\n]|\\[^\r\n])*")/,
    /(?<unterminated>"[^\r\n]*)/,
    /(?<quoted>'[^'"\\\r\n]*')/,
    /(?<symbol>\|>|\.\.<|\.\.|==|!=|<=|>=|[-+*/%^<>=()[\]{},:.])/,
    /(?<unexpected>[^\s\w"()[\]{},:.=<>*/%^+-]+|[\s\S])/,
  ]
    .map((part) => part.source)
    .join('|'),
  'y',
);

/** Cuts a text into tokens. Characters that mean nothing are reported and left out; malformed numbers and strings are reported and kept. */
export function scan(file: string, text: string): ScanResult {
  const tokens: IToken[] = [];
  const comments: Comment[] = [];
  const documentation: DocumentationComment[] = [];
  const diagnostics: Diagnostic[] = [];
  let startsLine = true;
  let offset = 0;
  while (offset < text.length) {
    pattern.lastIndex = offset;
    const match = pattern.exec(text);
    const groups = match?.groups ?? {};
    const image = match?.[0] ?? text.charAt(offset);
    const span: Span = { file, start: offset, end: offset + image.length };
    const push = (type: TokenType, text = image): void => {
      tokens.push(createTokenInstance(type, text, span.start, span.end - 1, 0, 0, 0, 0));
    };
    offset = span.end;
    if (groups.space !== undefined) {
      startsLine ||= /[\r\n]/.test(image);
      continue;
    }
    if (groups.comment !== undefined) {
      comments.push({ span });
      continue;
    }
    if (groups.documentation !== undefined) {
      comments.push({ span });
      documentation.push({ text: groups.documentation.replace(/^ /, '').trimEnd(), span, startsLine });
      continue;
    }
    startsLine = false;
    const tooLong = tooLongProblem(groups, span);
    if (tooLong) {
      diagnostics.push(tooLong);
      // What comes after is not told the whole of it, so that no message and no path of a weight holds it.
      if (groups.word !== undefined) push(Identifier, image.slice(0, limits.nameLength));
      else push(groups.string === undefined && groups.unterminated === undefined ? NumberLiteral : StringLiteral, '');
      continue;
    }
    if (groups.word !== undefined) push(reservedWords.get(image) ?? contextualWords.get(image) ?? Identifier);
    else if (groups.number !== undefined) push(NumberLiteral);
    else if (groups.symbol !== undefined) push(symbols.get(image) ?? Identifier);
    else if (groups.string !== undefined) push(StringLiteral);
    else if (groups.malformed !== undefined) {
      const size = tokens.at(-1)?.tokenType === Patch ? /^(\d+)x(\d+)$/.exec(image) : null;
      const hint = size ? `write \`${size[1]} x ${size[2]}\`, with spaces` : undefined;
      const [, height, width] = size ?? [];
      const fix = size ? replacement(span, `${height} x ${width}`) : undefined;
      diagnostics.push(report.malformedNumber({ span, text: image, hint, fix }));
      if (height === undefined || width === undefined) push(NumberLiteral);
      else tokens.push(...sizeTokens(span.start, height, width));
    } else if (groups.unterminated !== undefined) {
      diagnostics.push(report.unterminatedString({ span }));
      push(StringLiteral);
    } else if (groups.quoted !== undefined) {
      const text = `"${image.slice(1, -1)}"`;
      diagnostics.push(report.unexpectedCharacter({ span, character: "'", hint: meant["'"]?.hint, fix: replacement(span, text) }));
      push(StringLiteral, text);
    } else diagnostics.push(strayCharacter(span, image));
  }
  return { tokens, comments, documentation, diagnostics };
}

/** What is wrong with a name, a text or a number that no person would write. */
function tooLongProblem(groups: Readonly<Record<string, string | undefined>>, span: Span): Diagnostic | undefined {
  const length = span.end - span.start;
  const check = (what: string, limit: number): Diagnostic | undefined =>
    length > limit ? report.tokenTooLong({ span, what, length, limit }) : undefined;
  if (groups.word !== undefined) return check('this name', limits.nameLength);
  if (groups.number !== undefined || groups.malformed !== undefined) return check('this number', limits.numberLength);
  // The quotes are no part of a text.
  if (groups.string !== undefined || groups.unterminated !== undefined) return check('this text', limits.textLength + 2);
  return undefined;
}

/** The tokens that `96x96` was meant to be. */
function sizeTokens(start: number, height: string, width: string): IToken[] {
  const cut = (type: TokenType, image: string, offset: number): IToken =>
    createTokenInstance(type, image, start + offset, start + offset + image.length - 1, 0, 0, 0, 0);
  return [cut(NumberLiteral, height, 0), cut(Times, 'x', height.length), cut(NumberLiteral, width, height.length + 1)];
}

/** What to write instead of characters of other languages, where that is clear. */
const meant: Readonly<Record<string, { readonly hint: string; readonly instead?: string }>> = {
  ';': { hint: 'remove it; statements need no separator', instead: '' },
  '#': { hint: 'comments start with `//`', instead: '//' },
  "'": { hint: 'strings are written with `"`' },
  '|': { hint: 'a pipe is written `|>`', instead: '|>' },
  '&': { hint: 'write `and`', instead: 'and' },
  '&&': { hint: 'write `and`', instead: 'and' },
  '||': { hint: 'write `or`', instead: 'or' },
  '!': { hint: 'write `not`, or `!=` for unequal' },
};

function strayCharacter(span: Span, image: string): Diagnostic {
  const printable = /^[\p{Letter}\p{Number}\p{Punctuation}\p{Symbol}]/u.test(image);
  const character = printable
    ? [...image].slice(0, 8).join('')
    : `U+${(image.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const { hint, instead } = meant[image] ?? {};
  const fix = instead === undefined ? undefined : replacement(span, instead);
  return report.unexpectedCharacter({ span, character, hint, fix });
}
