import { type Diagnostic, LineIndex, type Position, type Span } from '../../compiler/diagnostics/index.js';
import type { Colors } from './colors.js';
import { displayWidth } from './table.js';

/** Cells shown of a source line; longer ones are clipped around the marked part. */
const clipWidth = 120;
const tabWidth = 4;

export interface RenderContext {
  /** Texts by path, for the source lines; places in other files are printed without one. */
  readonly sources: ReadonlyMap<string, string>;
  readonly colors: Colors;
}

/** Renders diagnostics one after the other, an empty line between them, with one line that counts them and those that are left out at the end. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], context: RenderContext, omitted = 0): string {
  const render = createRenderer(context);
  const errors = diagnostics.filter((d) => d.severity === 'error').length;
  const counts = [counted(errors, 'error'), counted(diagnostics.length - errors, 'warning')].filter((text) => text !== '');
  const rest = omitted === 0 ? '' : `; ${omitted} more ${omitted === 1 ? 'is' : 'are'} not shown`;
  return `${[...diagnostics.map(render), `${counts.join(', ')}${rest}\n`].join('\n')}`;
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A function that renders one diagnostic: the headline, the source line with the span marked, related places, the hint. */
export function createRenderer({ sources, colors }: RenderContext): (diagnostic: Diagnostic) => string {
  const indexes = new Map<string, LineIndex>();
  const indexOf = (file: string): LineIndex => {
    const known = indexes.get(file);
    if (known) return known;
    const index = new LineIndex(sources.get(file) ?? '');
    indexes.set(file, index);
    return index;
  };
  const place = (span: Span): string => {
    const { line, column } = indexOf(span.file).positionOf(span.start);
    return `${span.file}:${line}:${column}`;
  };
  const excerpt = (span: Span, mark: (text: string) => string): string =>
    sources.has(span.file) ? markedLine(indexOf(span.file), span, colors, mark) : '';

  return (diagnostic) => {
    const paint = diagnostic.severity === 'error' ? colors.red : colors.yellow;
    const head = `${colors.bold(place(diagnostic.span))}: ${paint(colors.bold(`${diagnostic.severity} ${diagnostic.code}`))}: ${diagnostic.message}\n`;
    const related = diagnostic.related.map(({ message, span }) => `  ${place(span)}: ${message}\n${excerpt(span, colors.cyan)}`);
    const hint = diagnostic.hint === undefined ? '' : `  ${colors.green('hint')}: ${diagnostic.hint}\n`;
    return head + excerpt(diagnostic.span, paint) + related.join('') + hint;
  };
}

/** The first line of a span with its part of it underlined, clipped when it is wide; '' where the text has no such line. */
function markedLine(index: LineIndex, span: Span, colors: Colors, mark: (text: string) => string): string {
  const start: Position = index.positionOf(span.start);
  const text = index.line(start.line);
  if (text.trim() === '') return '';
  const lineStart = index.startOf(start.line);
  const from = Math.min(start.column - 1, text.length);
  const to = Math.max(from, Math.min(span.end - lineStart, text.length));
  const clipped = clip(text, from, to);
  const before = expandTabs(clipped.text.slice(0, clipped.from));
  const marked = expandTabs(clipped.text.slice(clipped.from, clipped.to));
  const after = expandTabs(clipped.text.slice(clipped.to));
  const gutter = String(start.line);
  const blank = ' '.repeat(gutter.length);
  const marker = `${' '.repeat(displayWidth(before))}${mark('^'.repeat(Math.max(1, displayWidth(marked))))}`;
  return `  ${colors.dim(`${gutter} |`)} ${before}${marked}${after}\n  ${colors.dim(`${blank} |`)} ${marker}\n`;
}

function expandTabs(text: string): string {
  return text.replaceAll('\t', ' '.repeat(tabWidth)).replace(/[\p{Control}\u2028\u2029]/gu, '\ufffd');
}

/** Keeps `clipWidth` characters of a line so that the marked range (or its start) stays in sight. */
function clip(text: string, from: number, to: number): { text: string; from: number; to: number } {
  if (text.length <= clipWidth) return { text, from, to };
  const start = Math.max(0, Math.min(from - 30, text.length - clipWidth));
  const end = Math.min(text.length, start + clipWidth);
  const left = start > 0 ? '…' : '';
  const right = end < text.length ? '…' : '';
  const shift = left.length - start;
  return { text: left + text.slice(start, end) + right, from: from + shift, to: Math.min(to, end) + shift };
}
