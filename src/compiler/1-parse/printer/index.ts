import { printer } from 'prettier/doc';
import type { Diagnostic } from '../../diagnostics/index.js';
import { parse } from '../index.js';
import { scan } from '../scan.js';
import { printFile } from './declarations.js';
import { SourceCursor } from './source-cursor.js';

/** Longest line, in columns; comments and what cannot be broken may be longer. */
export const lineWidth = 120;

export interface FormatResult {
  /** The text in the one style of the language; undefined where the source has syntax errors. */
  readonly text?: string;
  /** What the parser says, in the order of places. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Prints a source in the one style of the language. What it means stays (the tree of the result differs in spans only), and so do all comments, and
 * one empty line where there were some. Line ends are `\n`, whatever they were; the text ends with one. Formatting the result again changes nothing.
 */
export function format(path: string, text: string): FormatResult {
  const { file, diagnostics } = parse(path, text);
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics };
  const { tokens, comments } = scan(path, text);
  const document = printFile(new SourceCursor(text, tokens, comments), file);
  const { formatted } = printer.printDocToString(document, { printWidth: lineWidth, tabWidth: 2, useTabs: false });
  return { text: `${formatted.trim()}\n`, diagnostics };
}
