import { metrics, protocolText, type Scores } from '../metrics/index.js';
import type { ValidationRecord } from '../observe/index.js';
import { escaped, table } from './html.js';

/** The name of a metric as tables head it. */
export function metricTitle(name: string): string {
  const { title = name, unit } = metrics.find((metric) => metric.name === name) ?? {};
  return unit === undefined ? title : `${title} (${unit})`;
}

/** `PSNR 18.50 dB`. */
export function scoreWithName(name: string, value: number | null | undefined): string {
  const { title = name, unit } = metrics.find((metric) => metric.name === name) ?? {};
  return `${title} ${scoreText(name, value)}${unit === undefined ? '' : ` ${unit}`}`;
}

export function scoreText(name: string, value: number | null | undefined): string {
  if (value === undefined) return '';
  if (value === null) return '-';
  return value.toFixed(metrics.find((metric) => metric.name === name)?.decimals ?? 4);
}

/** The validation whose weights were kept; of equal ones the earliest. */
export function bestOf(validations: readonly ValidationRecord[]): ValidationRecord | undefined {
  const value = ({ mean, metric }: ValidationRecord) => mean[metric] ?? Number.NEGATIVE_INFINITY;
  return validations.reduce<ValidationRecord | undefined>(
    (best, record) => (best === undefined || value(record) > value(best) ? record : best),
    undefined,
  );
}

/** Scores of each image, the worst first, with the means and, below, how they were taken. */
export function scoreTable(record: ValidationRecord, caption: string): string {
  const names = Object.keys(record.mean);
  const score = (scores: Scores) => names.map((name) => scoreText(name, scores[name]));
  const columns = [
    { title: 'image' },
    ...['size', ...names.map(metricTitle), ...names.map((name) => `input ${metricTitle(name)}`)].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ];
  const ranked = [...record.images].sort((a, b) => (a.scores[record.metric] ?? 0) - (b.scores[record.metric] ?? 0));
  const rows = ranked.map(({ name, width, height, scores, input }) => ({
    cells: [name, `${width}×${height}`, ...score(scores), ...score(input)],
  }));
  const mean = { cells: [`mean of ${ranked.length}`, '', ...score(record.mean), ...score(record.input)], strong: true };
  return table(caption, columns, [...rows, mean]) + protocolList(record);
}

function protocolList({ protocols, inputAs, output }: ValidationRecord): string {
  const items = Object.entries(protocols).map(
    ([name, protocol]) =>
      `<dt>${escaped(metricTitle(name))}</dt><dd><code>${escaped(protocol.id)}</code> ${escaped(protocolText(protocol))}</dd>`,
  );
  const input = inputAs === undefined ? '' : `<dt>Input</dt><dd>${escaped(inputAs)}</dd>`;
  return `<dl class="facts">${input}<dt>Output</dt><dd>${escaped(output)}</dd>${items.join('')}</dl>`;
}

/** A row for each validation. */
export function historyTable(validations: readonly ValidationRecord[]): string {
  const names = [...new Set(validations.flatMap(({ mean }) => Object.keys(mean)))];
  const best = bestOf(validations);
  const columns = [
    { title: 'stage' },
    ...['step', ...names.map(metricTitle)].map((title) => ({ title, align: 'right' as const })),
    { title: '' },
  ];
  const rows = validations.map((record) => ({
    cells: [record.stage, String(record.step), ...names.map((name) => scoreText(name, record.mean[name])), record === best ? 'best' : ''],
    strong: record === best,
  }));
  return table('Means over the pairs held out', columns, rows);
}
