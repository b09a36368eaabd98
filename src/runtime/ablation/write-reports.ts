import { join } from 'node:path';
import { writeFileAtomically } from '../files/index.js';
import { asHTML } from './html-report.js';
import type { AblationResults, CellResult } from './results.js';
import { asCSV, asMarkdown, seedsAsCSV } from './table.js';

/** Files that an ablation writes into its output folder. */
export interface ReportFiles {
  readonly markdown: string;
  readonly csv: string;
  readonly seeds: string;
  readonly json: string;
  readonly html: string;
}

export function reportFiles(output: string): ReportFiles {
  return {
    markdown: join(output, 'table.md'),
    csv: join(output, 'table.csv'),
    seeds: join(output, 'seeds.csv'),
    json: join(output, 'results.json'),
    html: join(output, 'report.html'),
  };
}

/** What `mfnc ablate --json` prints and results.json holds. */
export function resultsAsJSON(results: AblationResults): string {
  const cellOf = ({ cell, record, state, stages, problem }: CellResult) => ({
    seed: cell.seed,
    state,
    folder: cell.folder.path,
    ...(stages && { stages }),
    ...(problem !== undefined && { problem }),
    ...(record && { record }),
  });
  const { rows, heldOut, ...rest } = results;
  const content = {
    ...rest,
    heldOut: heldOut.pairs.map(({ name }) => name),
    rows: rows.map((row) => ({ ...row, cells: row.cells.map(cellOf) })),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Writes the tables and the report. @throws RuntimeFailure */
export async function writeReports(output: string, results: AblationResults): Promise<ReportFiles> {
  const files = reportFiles(output);
  await writeFileAtomically(files.markdown, asMarkdown(results));
  await writeFileAtomically(files.csv, asCSV(results));
  await writeFileAtomically(files.seeds, seedsAsCSV(results));
  await writeFileAtomically(files.json, resultsAsJSON(results));
  await writeFileAtomically(files.html, await asHTML(results));
  return files;
}
