import {
  type Evaluation,
  meanScores,
  metricsNamed,
  type Protocols,
  partialCounts,
  requireOneProtocol,
  type Scores,
  wholeMeans,
} from '../metrics/index.js';
import type { Ablation } from './ablation-file.js';
import { budgetNotes } from './budget-notes.js';
import type { AblationRow, CellRecord, StageRecord } from './cell.js';
import { type Difference, type Estimate, estimate, pairedDifference } from './estimates.js';
import type { HeldOut } from './evaluate-cell.js';
import type { Cell } from './run-cell.js';

/** unfinished: interrupted; it goes on when the command is run again. */
export type CellState = CellRecord['state'] | 'unfinished' | 'not run';

/** A cell with what is known of it. */
export interface CellResult {
  readonly cell: Cell;
  readonly record: CellRecord | undefined;
  readonly state: CellState;
  /** Why it could not be measured again, where that was wanted: what is known of it was measured before. */
  readonly problem?: string;
  /** Of an unfinished one: the steps that are done. */
  readonly stages?: readonly StageRecord[];
}

/** What the seeds of a variant say of one metric. */
export interface MetricSummary extends Estimate {
  /** From the base, over the seeds that both have; absent for the base itself. */
  readonly difference?: Difference;
}

/** A row of the table. */
export interface ResultRow {
  readonly name: string;
  readonly isBase: boolean;
  readonly parameters: number;
  readonly gmacs: number;
  readonly gflops: number;
  /** Seconds of training, mean over the seeds; undefined where none is done. */
  readonly seconds: number | undefined;
  /** Steps of training, of the first seed that is done. */
  readonly steps: number | undefined;
  /** By name of the metric; a metric is missing where no seed has it. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly cells: readonly CellResult[];
}

/** The table of an ablation and what a reader has to know. */
export interface AblationResults {
  /** The base last, as in the tables of papers. */
  readonly rows: readonly ResultRow[];
  readonly base: string;
  readonly seeds: readonly number[];
  /** Names of metrics in the order asked for. */
  readonly metricNames: readonly string[];
  /** How the numbers were taken, by name of the metric. */
  readonly protocols: Protocols;
  /** Of the held-out pictures before they were enhanced; without metrics that are not defined for one; undefined where nothing is measured yet. */
  readonly input: Readonly<Record<string, number>> | undefined;
  readonly confidence: number;
  /** Of the picture that costs are for. */
  readonly size: string;
  readonly heldOut: HeldOut;
  /** Pairs whose pictures are shown. */
  readonly pictures: number;
  /** What the budget cut, what failed, what a variant does not use: in sentences. */
  readonly notes: readonly string[];
}

/** Sums up cells. @throws RuntimeFailure where their numbers were taken by different protocols. */
export function resultsOf(
  ablation: Ablation,
  rows: readonly AblationRow[],
  cells: readonly CellResult[],
  heldOut: HeldOut,
  isExhausted: boolean,
): AblationResults {
  const measured = cells.flatMap(({ cell, record }) =>
    record?.evaluation === undefined ? [] : [{ name: `${cell.row.name}, seed ${cell.seed}`, ...record.evaluation }],
  );
  const protocols = requireOneProtocol(measured);
  const inputs = inputPictures(measured);
  const inputScores = inputs.map(({ scores }) => scores);
  const [base] = rows as readonly [AblationRow];
  const ordered = [...rows.slice(1), base];
  const baseScores = (metric: string): Map<number, number> => scoresOf(cells, base, metric);
  return {
    rows: ordered.map((row) => {
      const own = cells.filter(({ cell }) => cell.row === row);
      const done = own.flatMap(({ record }) => (record?.evaluation === undefined ? [] : [record]));
      const summaries = ablation.metrics.flatMap((metric) => {
        const scores = scoresOf(cells, row, metric);
        const found = estimate([...scores.values()], ablation.confidence);
        if (found === undefined) return [];
        const difference = row === base ? undefined : pairedDifference(scores, baseScores(metric), ablation.confidence);
        return [[metric, { ...found, ...(difference && { difference }) }] as const];
      });
      return {
        name: row.name,
        isBase: row === base,
        ...row.cost,
        seconds: done.length === 0 ? undefined : done.reduce((sum, { seconds }) => sum + seconds, 0) / done.length,
        steps: done[0]?.stages.reduce((sum, { steps }) => sum + steps, 0),
        metrics: Object.fromEntries(summaries),
        cells: own,
      };
    }),
    base: base.name,
    seeds: ablation.seeds,
    metricNames: ablation.metrics,
    protocols,
    input: inputs.length === 0 ? undefined : wholeMeans(meanScores(inputScores), partialCounts(inputScores), inputs.length),
    confidence: ablation.confidence,
    size: ablation.size,
    heldOut,
    pictures: Math.min(ablation.pictures, heldOut.pairs.length),
    notes: [...budgetNotes(ablation, rows, cells, isExhausted), ...undefinedNotes(inputs, measured)],
  };
}

/** The means of a cell over all held-out pairs. One over a part of them would compare with none of another cell, so it is left out. */
export function comparableMeans(record: CellRecord | undefined): Readonly<Record<string, number>> {
  const evaluation = record?.evaluation;
  return evaluation === undefined ? {} : wholeMeans(evaluation.mean, evaluation.counts, evaluation.images.length);
}

/** A held-out picture with its numbers. */
interface MeasuredPicture {
  readonly name: string;
  readonly scores: Scores;
}

/** The held-out pictures before they were enhanced. They are the same for all cells, but a cell may lack a metric, which is then taken from the first that has it. */
function inputPictures(measured: readonly Evaluation[]): MeasuredPicture[] {
  const [first, ...others] = measured;
  return (first?.images ?? []).map(({ name, input }, i) => {
    const scores = { ...input };
    for (const { images } of others)
      for (const [metric, score] of Object.entries(images[i]?.input ?? {})) if (!(metric in scores)) scores[metric] = score;
    return { name, scores };
  });
}

/** What has no mean because a metric is not defined for a picture, in sentences. */
function undefinedNotes(
  inputs: readonly MeasuredPicture[],
  measured: readonly { readonly name: string; readonly images: readonly MeasuredPicture[] }[],
): string[] {
  const notesOf = (subject: string, pictures: readonly MeasuredPicture[]) =>
    metricsNamed(Object.keys(pictures[0]?.scores ?? {})).flatMap(({ name, title }) => {
      const lacking = pictures.filter(({ scores }) => scores[name] === null).map((picture) => picture.name);
      if (lacking.length === 0) return [];
      return [
        `${subject}: ${title} has no mean, as it is not defined for ${lacking.length} of ${pictures.length} pictures: ${lacking.join(', ')}.`,
      ];
    });
  return [...notesOf('input', inputs), ...measured.flatMap(({ name, images }) => notesOf(name, images))];
}

/** The means of a metric over the held-out pairs, by seed. */
function scoresOf(cells: readonly CellResult[], row: AblationRow, metric: string): Map<number, number> {
  return new Map(
    cells.flatMap(({ cell, record }) => {
      const score = cell.row === row ? comparableMeans(record)[metric] : undefined;
      return score === undefined ? [] : [[cell.seed, score] as const];
    }),
  );
}
