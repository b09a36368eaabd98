/** Text as it stands in HTML, in attributes too. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** Data for the page's script, in a form that cannot end the element that it stands in. */
export function embeddedJSON(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;
}

export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** A table. @param cells text; a row that is `strong` is the one of the means. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly { readonly cells: readonly string[]; readonly strong?: boolean }[],
): string {
  const classOf = (i: number) => (columns[i]?.align === 'right' ? ' class="number"' : '');
  const head = columns.map(({ title }, i) => `<th scope="col"${classOf(i)}>${escaped(title)}</th>`).join('');
  const body = rows.map(
    ({ cells, strong }) =>
      `<tr${strong === true ? ' class="strong"' : ''}>${cells.map((cell, i) => (i === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td${classOf(i)}>${escaped(cell)}</td>`)).join('')}</tr>`,
  );
  return `<div class="scroll"><table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** How to look closely, above pictures that zoom together. */
export const zoomHint =
  '<p class="hint script" hidden>Click a picture, then turn the wheel or press + and − to zoom, drag or use the arrows to move, 0 to see it whole: its neighbours follow.</p>';
