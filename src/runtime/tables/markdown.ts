/** A column of a Markdown table. */
interface MarkdownColumn {
  readonly title: string;
  /** Right for numbers. Default: left. */
  readonly align?: 'left' | 'right';
}

/** A table of GitHub's Markdown, without the end of its last line. */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\r?\n/g, '<br>')).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    `| ${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}
