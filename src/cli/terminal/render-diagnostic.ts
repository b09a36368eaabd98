import { type Diagnostic, LineIndex, type ShownValue, type Span } from '../../compiler/diagnostics/index.js';
import type { Colors } from './colors.js';
import { SourceLine } from './source-line.js';
import { type ColumnValue, valueDiagram } from './value-diagram.js';

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

/** A function that renders one diagnostic: the headline, the source line with the span marked and values below it, related places, the hint. */
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
  const excerpt = (span: Span, mark: (text: string) => string, values: readonly ShownValue[] = []): string =>
    sources.has(span.file) ? markedLines(indexOf(span.file), span, values, colors, mark) : '';

  return (diagnostic) => {
    const paint = diagnostic.severity === 'error' ? colors.red : colors.yellow;
    const head = `${colors.bold(place(diagnostic.span))}: ${paint(colors.bold(`${diagnostic.severity} ${diagnostic.code}`))}: ${diagnostic.message}\n`;
    const related = diagnostic.related.map(({ message, span }) => `  ${place(span)}: ${message}\n${excerpt(span, colors.cyan)}`);
    const hint = diagnostic.hint === undefined ? '' : `  ${colors.green('hint')}: ${diagnostic.hint}\n`;
    return head + excerpt(diagnostic.span, paint, diagnostic.values) + related.join('') + hint;
  };
}

/** The first line of a span with its part of it underlined, and the lines that have values, with these; '' where the text has no such line. */
function markedLines(index: LineIndex, span: Span, values: readonly ShownValue[], colors: Colors, mark: (text: string) => string): string {
  const first = index.positionOf(span.start).line;
  const places = values.map(({ span: { start, end }, text }) => ({ offset: start + wordStart(index.text.slice(start, end)), text }));
  const lineOf = ({ offset }: { readonly offset: number }): number => index.positionOf(offset).line;
  const numbers = [...new Set([first, ...places.map(lineOf)])].sort((a, b) => a - b);
  const parts = numbers.map((number) => {
    const marked = number === first ? span : { start: index.startOf(number), end: index.startOf(number) };
    const line = new SourceLine(index, number, marked, colors);
    if (line.isBlank) return '';
    const columns = places.flatMap((place): ColumnValue[] => {
      const column = lineOf(place) === number ? line.columnOf(place.offset) : undefined;
      return column === undefined ? [] : [{ column, text: place.text }];
    });
    return line.shown() + (number === first ? line.marker(mark) : '') + (columns.length > 0 ? valueDiagram(line, columns, colors) : '');
  });
  return parts.join('');
}

/** Where an operator begins in what stands between its operands, and an expression in its own text. */
function wordStart(text: string): number {
  const found = text.search(/[^\s()]/);
  return found < 0 ? 0 : found;
}
