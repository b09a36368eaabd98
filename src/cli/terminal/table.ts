export type Alignment = 'left' | 'right';

export interface Column {
  readonly title: string;
  /** Right for numbers. Default: left. */
  readonly align?: Alignment;
}

/** Cells a terminal needs for a text: wide East Asian characters and emoji take two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff00-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

function padded(text: string, width: number, align: Alignment): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? space + text : text + space;
}

/**
 * A table as plain text: a line of titles, a rule, a line per row, columns two spaces apart. A row given as 'rule' is a horizontal rule.
 * Ends in a newline.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[] | 'rule')[]): string {
  const widths = columns.map((column, i) =>
    rows.reduce((widest, row) => (row === 'rule' ? widest : Math.max(widest, displayWidth(row[i] ?? ''))), displayWidth(column.title)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, i) => padded(cells[i] ?? '', widths[i] ?? 0, column.align ?? 'left'))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return `${[line(columns.map((column) => column.title)), rule, ...rows.map((row) => (row === 'rule' ? rule : line(row)))].join('\n')}\n`;
}
