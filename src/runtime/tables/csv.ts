/** A line of CSV (RFC 4180), without its end: what holds a comma, a quote or a line break is quoted; what is undefined stays empty. */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return cells
    .map((cell) => String(cell ?? ''))
    .map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
    .join(',');
}
