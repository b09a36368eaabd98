import type { Colors } from './colors.js';
import type { SourceLine } from './source-line.js';
import { displayWidth } from './table.js';

/** A value to be shown below the column of the expression that has it. */
export interface ColumnValue {
  readonly column: number;
  readonly text: string;
}

/**
 * Values below the expressions of a line, as power-assert draws them: bars lead down to each value, the rightmost one comes first, and values
 * that fit beside each other share a row.
 */
export function valueDiagram(line: SourceLine, values: readonly ColumnValue[], colors: Colors): string {
  const pending = [...values].sort((a, b) => a.column - b.column);
  const bars = (columns: readonly number[]): string => draw(columns.map((column) => ({ column, text: '|' })));
  let text = line.below(colors.dim(bars(pending.map(({ column }) => column))));
  while (pending.length > 0) {
    const row: ColumnValue[] = [];
    // From the right: a value has room where it ends before the next one of the row, and before the bars that lead further down.
    let free = Number.POSITIVE_INFINITY;
    for (const value of pending.toReversed()) {
      if (value.column + displayWidth(value.text) + 1 <= free) row.unshift(value);
      free = value.column;
    }
    for (const value of row) pending.splice(pending.indexOf(value), 1);
    const columns = pending.map(({ column }) => ({ column, text: '|' }));
    text += line.below(colors.cyan(draw([...row, ...columns].sort((a, b) => a.column - b.column))));
  }
  return text;
}

function draw(pieces: readonly ColumnValue[]): string {
  let text = '';
  for (const { column, text: piece } of pieces) text += ' '.repeat(Math.max(0, column - displayWidth(text))) + piece;
  return text;
}
