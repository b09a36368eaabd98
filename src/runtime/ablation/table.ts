import { enlargedText, metricsNamed, protocolText } from '../metrics/index.js';
import { csvLine, markdownTable } from '../tables/index.js';
import type { Estimate } from './estimates.js';
import { type AblationResults, comparableMeans, type MetricSummary, type ResultRow } from './results.js';

/** A table of texts. */
export interface TextTable {
  readonly columns: readonly { readonly title: string; readonly align?: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

/** '19.88 ± 0.12 [19.58, 20.18]', as far as it is known. */
function estimateText({ mean, deviation, interval }: Estimate, decimals: number): string {
  const number = (value: number): string => value.toFixed(decimals);
  if (deviation === undefined || interval === undefined) return number(mean);
  return `${number(mean)} ± ${number(deviation)} ${intervalText(interval, decimals)}`;
}

const intervalText = ([low, high]: readonly [number, number], decimals: number): string =>
  `[${low.toFixed(decimals)}, ${high.toFixed(decimals)}]`;

/** '12 min 30 s' */
export function trainingTime(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}

const right = { align: 'right' } as const;

/** The most seeds that any variant is measured with. */
const mostSeeds = ({ rows, metricNames }: AblationResults): number =>
  Math.max(0, ...rows.flatMap(({ metrics }) => metricNames.map((name) => metrics[name]?.count ?? 0)));

/** The table in the shape of the paper's Table 1: the pictures as they were, the variants, the base last. */
function mainTable(results: AblationResults): TextTable {
  const metrics = metricsNamed(results.metricNames);
  const { input } = results;
  const inputRow = input && [
    'input',
    '',
    ...metrics.map(({ name, decimals }) => input[name]?.toFixed(decimals) ?? '-'),
    '',
    '',
    '',
    '',
    '',
  ];
  return {
    columns: [
      { title: 'variant' },
      ...['seeds', ...metrics.map(({ title, unit }) => (unit === undefined ? title : `${title} (${unit})`))].map((title) => ({
        title,
        ...right,
      })),
      ...['parameters', 'GMACs', 'GFLOPs', 'steps', 'training'].map((title) => ({ title, ...right })),
    ],
    rows: [
      ...(inputRow ? [inputRow] : []),
      ...results.rows.map((row) => [
        row.name,
        seedsText(row, results.seeds.length),
        ...metrics.map(({ name, decimals }) => (row.metrics[name] === undefined ? '-' : estimateText(row.metrics[name], decimals))),
        row.parameters.toLocaleString('en-US'),
        row.gmacs.toFixed(3),
        row.gflops.toFixed(3),
        row.steps === undefined ? '-' : String(row.steps),
        row.seconds === undefined ? '-' : trainingTime(row.seconds),
      ]),
    ],
  };
}

/** '3', or '2 of 3' where some are missing. */
function seedsText({ cells }: ResultRow, all: number): string {
  const done = cells.filter(({ record }) => record?.evaluation !== undefined).length;
  return done === all ? String(all) : `${done} of ${all}`;
}

/** How each variant differs from the base, over the seeds that both have. */
function differenceTable(results: AblationResults): TextTable {
  const metrics = metricsNamed(results.metricNames);
  return {
    columns: [{ title: `less ${results.base}` }, { title: 'seeds', ...right }, ...metrics.map(({ title }) => ({ title, ...right }))],
    rows: results.rows
      .filter(({ isBase }) => !isBase)
      .map((row) => [
        row.name,
        String(Math.max(0, ...metrics.map(({ name }) => row.metrics[name]?.difference?.count ?? 0))),
        ...metrics.map(({ name, decimals }) => differenceText(row.metrics[name], decimals)),
      ]),
  };
}

/** '-0.27 [-0.41, -0.13] *': the mark where the interval excludes 0. */
function differenceText(summary: MetricSummary | undefined, decimals: number): string {
  const difference = summary?.difference;
  if (difference === undefined) return '-';
  const { mean, interval, significant } = difference;
  const signed = `${mean < 0 ? '' : '+'}${mean.toFixed(decimals)}`;
  return interval === undefined ? signed : `${signed} ${intervalText(interval, decimals)}${significant ? ' *' : ''}`;
}

/** Every seed by itself. */
export function seedTable(results: AblationResults): TextTable {
  const metrics = metricsNamed(results.metricNames);
  return {
    columns: [
      { title: 'variant' },
      { title: 'seed', ...right },
      ...metrics.map(({ title }) => ({ title, ...right })),
      { title: 'steps', ...right },
      { title: 'training', ...right },
      { title: 'state' },
    ],
    rows: results.rows.flatMap(({ name, cells }) =>
      cells.map(({ cell, record, state }) => [
        name,
        String(cell.seed),
        ...metrics.map((metric) => comparableMeans(record)[metric.name]?.toFixed(metric.decimals) ?? '-'),
        record === undefined ? '-' : String(record.stages.reduce((sum, { steps }) => sum + steps, 0)),
        record === undefined ? '-' : trainingTime(record.seconds),
        state,
      ]),
    ),
  };
}

/** What the numbers mean, and what they leave out. */
export function legend(results: AblationResults): string[] {
  const { heldOut, confidence, protocols, seeds, size, notes, base } = results;
  const metrics = metricsNamed(results.metricNames).flatMap(({ name, title, unit, better }) => {
    const protocol = protocols[name];
    if (protocol === undefined) return [];
    return [`${title} [${protocol.id}]: ${unit === undefined ? '' : `in ${unit}, `}${better} is better; ${protocolText(protocol)}`];
  });
  const intervals =
    mostSeeds(results) > 1
      ? [
          `mean ± standard deviation over the seeds ${seeds.join(', ')} [${Number((confidence * 100).toPrecision(6))} % confidence interval of the mean, Student's t].`,
          `Differences are taken seed by seed from ${base}; * marks an interval that excludes 0 (not corrected for the number of comparisons).`,
        ]
      : mostSeeds(results) === 1
        ? ['With a single seed nothing tells a difference from chance; more seeds give deviations and intervals.']
        : [];
  return [
    `Means over ${heldOut.pairs.length} held-out ${heldOut.pairs.length === 1 ? 'pair' : 'pairs'}; input: the pictures ${heldOut.roles.reduction === 1 ? 'as they were' : `reduced and ${enlargedText(heldOut.roles.reduction)}`}.`,
    ...intervals,
    `GMACs and GFLOPs are for one picture of ${size}; training: the time of the steps of one run, mean over the seeds.`,
    ...metrics,
    ...notes,
  ];
}

/** The table, and how the variants differ from the base where anything is measured. */
export function tablesOf(results: AblationResults): TextTable[] {
  return [mainTable(results), ...(mostSeeds(results) === 0 ? [] : [differenceTable(results)])];
}

/** All tables as Markdown. */
export function asMarkdown(results: AblationResults): string {
  const tables = tablesOf(results).flatMap(({ columns, rows }) => [markdownTable(columns, rows), '']);
  return [...tables, ...legend(results).map((line) => `- ${line}`), ''].join('\n');
}

/** A line for each variant, every number in a column of its own. */
export function asCSV(results: AblationResults): string {
  const metrics = metricsNamed(results.metricNames);
  const parts = ['mean', 'deviation', 'low', 'high', 'difference', 'difference_low', 'difference_high', 'significant'];
  const titles = metrics.flatMap(({ name }) => [...parts.map((part) => `${name}_${part}`), `${name}_protocol`]);
  const cellsOf = (summary: MetricSummary | undefined): (string | number | undefined)[] => {
    const { mean, deviation, interval = [], difference } = summary ?? {};
    const [low, high] = interval;
    const [differenceLow, differenceHigh] = difference?.interval ?? [];
    const isSignificant = difference === undefined ? undefined : String(difference.significant);
    return [mean, deviation, low, high, difference?.mean, differenceLow, differenceHigh, isSignificant];
  };
  const { input, protocols } = results;
  const inputLine = input && [
    ...['input', ''],
    ...metrics.flatMap(({ name }) => [input[name], ...parts.slice(1).map(() => ''), protocols[name]?.id]),
    ...['', '', '', '', ''],
  ];
  const lines = results.rows.map((row) => [
    row.name,
    row.cells.filter(({ record }) => record?.evaluation !== undefined).length,
    ...metrics.flatMap(({ name }) => [...cellsOf(row.metrics[name]), protocols[name]?.id]),
    ...[row.parameters, row.gmacs, row.gflops, row.steps, row.seconds],
  ]);
  const header = ['variant', 'seeds', ...titles, 'parameters', 'gmacs', 'gflops', 'steps', 'training_seconds'];
  return `${[...legend(results).map((line) => `# ${line.replaceAll(/\r?\n/g, ' ')}`), ...[header, ...(inputLine ? [inputLine] : []), ...lines].map(csvLine)].join('\n')}\n`;
}

/** A line for each seed of each variant. */
export function seedsAsCSV(results: AblationResults): string {
  const header = ['variant', 'seed', ...results.metricNames, 'steps', 'training_seconds', 'engine', 'state', 'failure'];
  const lines = results.rows.flatMap(({ name, cells }) =>
    cells.map(({ cell, record, state, problem }) => [
      name,
      cell.seed,
      ...results.metricNames.map((metric) => comparableMeans(record)[metric]),
      record?.stages.reduce((sum, { steps }) => sum + steps, 0),
      record?.seconds,
      record?.engine,
      state,
      record?.failure ?? problem,
    ]),
  );
  return `${[header, ...lines].map(csvLine).join('\n')}\n`;
}
