import { createTokenInstance, type IToken, type TokenType } from 'chevrotain';
import { type Diagnostic, report, type Span } from '../diagnostics/index.js';
import { contextualWords, Identifier, NumberLiteral, Patch, reservedWords, StringLiteral, symbols, Times } from './tokens.js';

/** A `///` comment: the text behind the slashes, without the space that follows them. */
export interface DocumentationComment {
  readonly text: string;
  readonly span: Span;
  /** Whether nothing but white space precedes it on its line. */
  readonly startsLine: boolean;
}

export interface ScanResult {
  readonly tokens: IToken[];
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
    const push = (type: TokenType): void => {
      tokens.push(createTokenInstance(type, image, span.start, span.end - 1, 0, 0, 0, 0));
    };
    offset = span.end;
    if (groups.space !== undefined) {
      startsLine ||= /[\r\n]/.test(image);
      continue;
    }
    if (groups.comment !== undefined) continue;
    if (groups.documentation !== undefined) {
      documentation.push({ text: groups.documentation.replace(/^ /, '').trimEnd(), span, startsLine });
      continue;
    }
    startsLine = false;
    if (groups.word !== undefined) push(reservedWords.get(image) ?? contextualWords.get(image) ?? Identifier);
    else if (groups.number !== undefined) push(NumberLiteral);
    else if (groups.symbol !== undefined) push(symbols.get(image) ?? Identifier);
    else if (groups.string !== undefined) push(StringLiteral);
    else if (groups.malformed !== undefined) {
      const size = tokens.at(-1)?.tokenType === Patch ? /^(\d+)x(\d+)$/.exec(image) : null;
      const hint = size ? `write \`${size[1]} x ${size[2]}\`, with spaces` : undefined;
      diagnostics.push(report.malformedNumber({ span, text: image, hint }));
      const [, height, width] = size ?? [];
      if (height === undefined || width === undefined) push(NumberLiteral);
      else tokens.push(...sizeTokens(span.start, height, width));
    } else if (groups.unterminated !== undefined) {
      diagnostics.push(report.unterminatedString({ span }));
      push(StringLiteral);
    } else diagnostics.push(report.unexpectedCharacter({ span, ...shown(image) }));
  }
  return { tokens, documentation, diagnostics };
}

/** The tokens that `96x96` was meant to be. */
function sizeTokens(start: number, height: string, width: string): IToken[] {
  const cut = (type: TokenType, image: string, offset: number): IToken =>
    createTokenInstance(type, image, start + offset, start + offset + image.length - 1, 0, 0, 0, 0);
  return [cut(NumberLiteral, height, 0), cut(Times, 'x', height.length), cut(NumberLiteral, width, height.length + 1)];
}

/** How a stray character is named, and what to write instead where that is clear. */
function shown(image: string): { readonly character: string; readonly hint?: string } {
  const meant: Readonly<Record<string, string>> = {
    ';': 'remove it; statements need no separator',
    '#': 'comments start with `//`',
    "'": 'strings are written with `"`',
    '|': 'a pipe is written `|>`',
    '&': 'write `and`',
    '&&': 'write `and`',
    '||': 'write `or`',
    '!': 'write `not`, or `!=` for unequal',
  };
  const hint = meant[image];
  const printable = /^[\p{Letter}\p{Number}\p{Punctuation}\p{Symbol}]/u.test(image);
  const character = printable
    ? [...image].slice(0, 8).join('')
    : `U+${(image.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return hint === undefined ? { character } : { character, hint };
}
