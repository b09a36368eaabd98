import { describeMachine } from '../benchmark/index.js';
import { mfncVersion } from '../files/index.js';
import { escaped } from './html.js';
import { type PictureRow, pictureGrid } from './picture-grid.js';
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
.pictures th { vertical-align: middle; font-weight: normal; white-space: normal; max-width: 10rem; border: 0; }
.pictures td { border: 0; padding: 2px; }
.pictures img { display: block; width: 240px; height: auto; }
.pictures caption, .names td { font-size: .85rem; }
ul { padding-left: 1.2rem; } li { margin: .2rem 0; }
footer { margin-top: 2rem; font-size: .85rem; opacity: .8; }
`;

/** The whole ablation as one file that needs nothing else: tables, every seed, and pictures. @throws RuntimeFailure where a held-out picture cannot be read. */
export async function asHTML(results: AblationResults): Promise<string> {
  const title = `Ablation of ${results.base}`;
  const rows = await pictureGrid(results);
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
${rows.length === 0 ? '' : `<h2>Held-out pictures</h2>\n${picturesHTML(rows, results)}`}
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

function picturesHTML(rows: readonly PictureRow[], { heldOut }: AblationResults): string {
  const names = heldOut.pairs.slice(0, rows[0]?.pictures.length).map(({ name }) => name);
  const body = rows.map(({ title, pictures }) => {
    const cells = pictures.map((picture, i) =>
      picture === undefined ? '<td></td>' : `<td><img src="${picture}" alt="${escaped(`${title}: ${names[i]}`)}"></td>`,
    );
    return `<tr><th>${escaped(title)}</th>${cells.join('')}</tr>`;
  });
  const head = `<tr class="names"><td></td>${names.map((name) => `<td>${escaped(name)}</td>`).join('')}</tr>`;
  return `<div class="scroll"><table class="pictures">\n${[head, ...body].join('\n')}\n</table></div>`;
}
