import { describeMachine } from '../benchmark/index.js';
import { mfncVersion } from '../files/index.js';
import { escaped, plainAssets, table, zoomHint } from '../report/index.js';
import { type PictureColumn, pictureColumns } from './picture-grid.js';
import type { AblationResults } from './results.js';
import { legend, seedTable, type TextTable, tablesOf } from './table.js';

/** Of the grid: a row for each variant, a column for each pair. The pictures of a column zoom together. */
const gridStyle = `
.grid { display: grid; grid-template: repeat(var(--rows), auto) / repeat(var(--columns), minmax(200px, 320px)); gap: 8px; }
.grid .images { display: grid; grid-row: span var(--rows); grid-template-rows: subgrid; gap: inherit; }
.grid h3 { margin: 0; }
`;

/** The whole ablation as one file that asks for nothing else: tables, every seed, and pictures. @throws RuntimeFailure where a held-out picture cannot be read. */
export async function asHTML(results: AblationResults): Promise<string> {
  const title = `Ablation of ${results.base}`;
  const { style, script } = plainAssets();
  const columns = await pictureColumns(results);
  const engines = new Set(
    results.rows.flatMap(({ cells }) => cells.flatMap(({ record }) => (record === undefined ? [] : [record.engine]))),
  );
  const notes = legend(results).map((line) => `<li>${escaped(line)}</li>`);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">',
    `<title>${escaped(title)}</title><style>${style}${gridStyle}</style></head><body><main>`,
    `<h1>${escaped(title)}</h1>`,
    ...tablesOf(results).map((each, i) => tableHTML(i === 0 ? 'On the held-out pairs' : 'Differences, seed by seed', each, results.base)),
    `<h2>Notes</h2><ul>${notes.join('')}</ul>`,
    ...(columns.length === 0 ? [] : ['<h2>Held-out pictures</h2>', zoomHint, picturesHTML(columns)]),
    '<h2>Every seed</h2>',
    tableHTML('', seedTable(results)),
    `<footer>Made by mfnc ${escaped(mfncVersion)}${engines.size === 0 ? '' : ` on ${[...engines].join(', ')}`}; ${escaped(describeMachine())}.</footer></main>`,
    `<script>${script.replaceAll('</script', '<\\/script')}</script>`,
    '</body></html>\n',
  ].join('\n');
}

function tableHTML(caption: string, { columns, rows }: TextTable, base?: string): string {
  return table(
    caption,
    columns.map(({ title, align }) => ({ title, ...(align === 'right' && { align }) })),
    rows.map((cells) => ({ cells, strong: base !== undefined && cells[0] === base })),
  );
}

function picturesHTML(columns: readonly PictureColumn[]): string {
  const pairs = columns.map(({ name, width, height, pictures }) => {
    const frames = pictures.map(({ uri, caption }) => {
      const alt = escaped(`${name}: ${caption}`);
      const image =
        uri === undefined
          ? '<p>no picture</p>'
          : `<div class="frame" style="aspect-ratio:${width}/${height}"><img src="${uri}" width="${width}" height="${height}" alt="${alt}"></div>`;
      return `<figure>${image}<figcaption>${escaped(caption)}</figcaption></figure>`;
    });
    return `<div class="images" tabindex="0" data-width="${width}"><h3>${escaped(name)}</h3>${frames.join('')}</div>`;
  });
  const count = (columns[0]?.pictures.length ?? 0) + 1;
  return `<div class="scroll"><div class="grid" style="--rows:${count};--columns:${columns.length}">${pairs.join('')}</div></div>`;
}
