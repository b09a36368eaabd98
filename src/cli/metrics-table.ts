import { metricsNamed, type Protocols, protocolText, type ScoreCounts, type Scores } from '../runtime/metrics/index.js';
import { csvLine, markdownTable } from '../runtime/tables/index.js';
import { type ResultFormat, resultText } from './result-format.js';
import { formatTable } from './terminal/table.js';

/** Numbers of metrics to print, each column under its protocol. */
export interface ScoreTable {
  /** Title of the first column: 'image'. */
  readonly subject: string;
  /** Titles of the columns between the first and the numbers: 'size'. */
  readonly facts: readonly string[];
  /** Groups of columns of numbers; the title goes in front of the metric's, as in 'input PSNR'. */
  readonly groups: readonly { readonly title?: string; readonly key: string }[];
  readonly rows: readonly ScoreRow[];
  /** A last row, apart: the means. */
  readonly total?: ScoreRow;
  readonly protocols: Protocols;
  /** Lines below the table, besides the protocols. */
  readonly notes: readonly string[];
}

export interface ScoreRow {
  readonly name: string;
  readonly facts: readonly string[];
  /** By key of the group. */
  readonly scores: Readonly<Record<string, Scores>>;
}

/** The last row of a table of images. */
export function meanRow(scores: ScoreRow['scores'], images: number, counts: readonly (ScoreCounts | undefined)[]): ScoreRow {
  return { name: counts.every((each) => each === undefined) ? `mean of ${images}` : 'mean', facts: ['', ''], scores };
}

/** Results of metrics as JSON, or as a table for terminals, in Markdown or in CSV. What the numbers mean stands beside them in each. */
export function formatScores(results: unknown, table: ScoreTable, format: ResultFormat): string {
  const forms = { json: results, csv: () => asCSV(table), markdown: () => asMarkdown(table), table: () => asText(table) };
  return resultText(forms, format);
}

interface NumberColumn {
  readonly title: string;
  readonly metric: string;
  readonly group: string;
  readonly decimals: number;
}

function columnsOf({ groups, protocols }: ScoreTable): NumberColumn[] {
  const metrics = metricsNamed(Object.keys(protocols));
  return groups.flatMap(({ title, key }) =>
    metrics.map((metric) => ({
      title: title === undefined ? metric.title : `${title} ${metric.title}`,
      metric: metric.name,
      group: key,
      decimals: metric.decimals,
    })),
  );
}

function cellsOf({ name, facts, scores }: ScoreRow, columns: readonly NumberColumn[]): string[] {
  const cell = ({ group, metric, decimals }: NumberColumn): string => {
    const score = scores[group]?.[metric];
    return score === null ? '-' : (score?.toFixed(decimals) ?? '');
  };
  return [name, ...facts, ...columns.map(cell)];
}

function legend({ protocols, notes }: ScoreTable): string[] {
  const metrics = metricsNamed(Object.keys(protocols)).map(({ name, title, unit, better }) => {
    const protocol = protocols[name] as Protocols[string];
    return `${title} [${protocol.id}]: ${unit === undefined ? '' : `in ${unit}, `}${better} is better; ${protocolText(protocol)}`;
  });
  return [...metrics, ...notes];
}

function asText(table: ScoreTable): string {
  const columns = columnsOf(table);
  const rows = table.rows.map((row) => cellsOf(row, columns));
  const total = table.total === undefined ? [] : (['rule', cellsOf(table.total, columns)] as const);
  const titles = [...table.facts, ...columns.map(({ title }) => title)].map((title) => ({ title, align: 'right' as const }));
  return `${formatTable([{ title: table.subject }, ...titles], [...rows, ...total])}\n${legend(table).join('\n')}\n`;
}

function asMarkdown(table: ScoreTable): string {
  const columns = columnsOf(table);
  const titles = columns.map(({ title, metric }) => `${title} [${table.protocols[metric]?.id}]`);
  return [
    markdownTable(
      [{ title: table.subject }, ...[...table.facts, ...titles].map((title) => ({ title, align: 'right' as const }))],
      rowsOf(table).map((row) => cellsOf(row, columns)),
    ),
    '',
    ...legend(table).map((text) => `- ${text}`),
    '',
  ].join('\n');
}

/** With the id of the protocol in a column beside each column of numbers, so that no row loses it. */
function asCSV(table: ScoreTable): string {
  const columns = columnsOf(table);
  const nameOf = ({ group, metric }: NumberColumn) => (group === table.groups[0]?.key ? metric : `${group}_${metric}`);
  const cells = ({ name, facts, scores }: ScoreRow) => [
    name,
    ...facts,
    ...columns.flatMap(({ group, metric }) => {
      const score = scores[group]?.[metric];
      return score === undefined ? ['', ''] : [score ?? '', table.protocols[metric]?.id];
    }),
  ];
  return [
    ...legend(table).map((text) => `# ${text.replaceAll(/\r?\n/g, ' ')}`),
    csvLine([table.subject, ...table.facts, ...columns.flatMap((column) => [nameOf(column), `${nameOf(column)}_protocol`])]),
    ...rowsOf(table).map((row) => csvLine(cells(row))),
    '',
  ].join('\n');
}

const rowsOf = ({ rows, total }: ScoreTable): readonly ScoreRow[] => (total === undefined ? rows : [...rows, total]);
