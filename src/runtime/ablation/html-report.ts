import { describeMachine } from '../benchmark/index.js';
import { mfncVersion } from '../files/index.js';
import { escaped } from './html.js';
import { type PictureColumn, pictureColumns } from './picture-grid.js';
import type { AblationResults } from './results.js';
import { differenceTable, legend, mainTable, seedTable, type TextTable } from './table.js';

const style = `
:root { color-scheme: light dark; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1400px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left; }
th { border-bottom-width: 2px; }
.right { text-align: right; }
tr.base td { font-weight: 600; }
.grid { display: grid; grid-template: repeat(var(--rows), auto) / repeat(var(--columns), minmax(200px, 320px)); gap: 8px; }
.images { display: grid; grid-row: span var(--rows); grid-template-rows: subgrid; gap: inherit; }
.images h3 { margin: 0; font-size: 1rem; font-weight: normal; }
figure { margin: 0; } figcaption { font-size: .85rem; }
.frame { overflow: hidden; } .frame img { display: block; width: 100%; height: 100%; }
ul { padding-left: 1.2rem; } li { margin: .2rem 0; }
footer { margin-top: 2rem; font-size: .85rem; opacity: .8; }
`;

/** The whole ablation as one file that needs nothing else: tables, every seed, and pictures. @throws RuntimeFailure where a held-out picture cannot be read. */
export async function asHTML(results: AblationResults): Promise<string> {
  const title = `Ablation of ${results.base}`;
  const columns = await pictureColumns(results);
  const engines = new Set(
    results.rows.flatMap(({ cells }) => cells.flatMap(({ record }) => (record === undefined ? [] : [record.engine]))),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${tableHTML(mainTable(results), results.base)}
<h2>Differences</h2>
${tableHTML(differenceTable(results))}
<h2>Notes</h2>
<ul>
${legend(results)
  .map((line) => `<li>${escaped(line)}</li>`)
  .join('\n')}
</ul>
${columns.length === 0 ? '' : `<h2>Held-out pictures</h2>\n${picturesHTML(columns)}`}
<h2>Every seed</h2>
${tableHTML(seedTable(results))}
<footer>mfnc ${escaped(mfncVersion)}${engines.size === 0 ? '' : `, ${[...engines].join(', ')}`}; ${escaped(describeMachine())}</footer>
</body>
</html>
`;
}

function tableHTML({ columns, rows }: TextTable, base?: string): string {
  const sides = columns.map(({ align }) => (align === 'right' ? ' class="right"' : ''));
  const head = columns.map(({ title }, i) => `<th${sides[i]}>${escaped(title)}</th>`).join('');
  const body = rows.map((cells) => {
    const cellsHTML = cells.map((cell, i) => `<td${sides[i]}>${escaped(cell)}</td>`).join('');
    return `<tr${base !== undefined && cells[0] === base ? ' class="base"' : ''}>${cellsHTML}</tr>`;
  });
  return `<div class="scroll"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}

/** A column for each pair and a row for each variant. */
function picturesHTML(columns: readonly PictureColumn[]): string {
  const pairs = columns.map(({ name, width, height, pictures }) => {
    const frames = pictures.map(({ uri, caption }) => {
      const image = uri && `<img src="${uri}" width="${width}" height="${height}" alt="${escaped(`${name}: ${caption}`)}">`;
      return `<figure><div class="frame" style="aspect-ratio:${width}/${height}">${image ?? ''}</div><figcaption>${escaped(caption)}</figcaption></figure>`;
    });
    return `<div class="images" tabindex="0" data-width="${width}"><h3>${escaped(name)}</h3>${frames.join('')}</div>`;
  });
  const count = (columns[0]?.pictures.length ?? 0) + 1;
  return `<div class="scroll"><div class="grid" style="--rows:${count};--columns:${columns.length}">${pairs.join('')}</div></div>`;
}
