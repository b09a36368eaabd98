import { join } from 'node:path';
import type { Pair } from '../data/index.js';
import { inputFailure, makeFolder, withLock } from '../files/index.js';
import { checkPairs, evaluationProtocols, type ReadyMetric } from '../metrics/index.js';
import { describeRun, openData, type RunDescription, startWeights, type TrainReporter } from '../train/index.js';
import type { Ablation } from './ablation-file.js';
import { type AblationRow, cellFolder, cellKey, readCell } from './cell.js';
import type { HeldOut } from './evaluate-cell.js';
import { type AblationResults, type CellResult, resultsOf } from './results.js';
import { type Cell, type CellEnd, runCell } from './run-cell.js';
import { readProgress } from './run-progress.js';
import { takenAsNow } from './taken-as-now.js';

/** What an ablation tells while it runs. */
export interface AblationReporter {
  /** A cell begins, or goes on; `number` counts all cells from 1. @returns what follows its training. */
  cellStarted(row: AblationRow, seed: number, number: number, total: number): TrainReporter;
  /** A cell is over. @param results of all cells so far. */
  cellEnded(cell: CellResult, end: CellEnd, results: AblationResults): Promise<void>;
}

export interface AblationRequest {
  readonly ablation: Ablation;
  /** The base first. */
  readonly rows: readonly AblationRow[];
  readonly metrics: readonly ReadyMetric[];
  readonly signal: AbortSignal;
  readonly reporter: AblationReporter;
  /** Whether to train what is missing; otherwise the results are those of what is there. */
  readonly trains: boolean;
}

/**
 * Trains every variant with every seed and measures it on the held-out pairs: first all variants with the first seed, and so on, so that what an exhausted budget
 * leaves undone is as little as possible for each variant. Cells that are done already are kept; a cell that fails, or cannot be measured again, does not keep the others from
 * running.
 * @throws RuntimeFailure for what is wrong with all of them: no held-out pairs, such that a metric cannot be taken of, variants that are measured on different ones, the output folder.
 */
export async function runAblation(request: AblationRequest): Promise<AblationResults> {
  const { ablation, rows } = request;
  const heldOut = await heldOutOf(rows);
  const cells = await cellsOf(ablation, rows);
  await makeFolder(ablation.output);
  return withLock(join(ablation.output, '.lock'), `runs the ablation in ${ablation.output}`, () => runCells(request, cells, heldOut));
}

async function runCells(request: AblationRequest, cells: readonly Cell[], heldOut: HeldOut): Promise<AblationResults> {
  const { ablation, rows, metrics, signal, reporter, trains } = request;
  const exhausted = new AbortController();
  const { totalMinutes } = ablation.budget;
  const timer = totalMinutes === undefined ? undefined : setTimeout(() => exhausted.abort(), totalMinutes * 60_000);
  const either = AbortSignal.any([signal, exhausted.signal]);
  const found = new Map<Cell, CellResult>();
  const wanted = evaluationProtocols(metrics, heldOut.roles);
  const current = (result: CellResult): CellResult => takenAsNow(result, wanted);
  for (const cell of cells) found.set(cell, current(await presentResult(cell)));
  const results = (): AblationResults => resultsOf(ablation, rows, [...found.values()], heldOut, exhausted.signal.aborted);
  try {
    // Nobody trains for hours what cannot be measured. Each network enlarges by the factor by which its input is reduced.
    if (trains && [...found.values()].some(({ state }) => state !== 'complete'))
      await checkPairs(heldOut.pairs, heldOut.roles, heldOut.roles.reduction, metrics);
    for (const [i, cell] of trains ? cells.entries() : []) {
      if (either.aborted) break;
      const follower = reporter.cellStarted(cell.row, cell.seed, i + 1, cells.length);
      const { record, end, problem } = await runCell(cell, {
        heldOut,
        budget: ablation.budget,
        measurement: { metrics, pictures: ablation.pictures, signal: either, measured: (done, total) => follower.validating(done, total) },
        reporter: follower,
      });
      const outcome = record === undefined ? await presentResult(cell) : { cell, record, state: record.state };
      const result = { ...current(outcome), ...(problem !== undefined && { problem }) };
      found.set(cell, result);
      await reporter.cellEnded(result, end, results());
    }
    return results();
  } finally {
    clearTimeout(timer);
  }
}

/** What is known of a cell before anything is done for it. */
async function presentResult(cell: Cell): Promise<CellResult> {
  const record = await readCell(cell.folder, cell.key);
  if (record !== undefined) return { cell, record, state: record.state };
  const { stages } = await readProgress(join(cell.folder.run, 'log.jsonl'));
  return { cell, record: undefined, state: stages.length > 0 ? 'unfinished' : 'not run', stages };
}

async function cellsOf({ seeds, output }: Ablation, rows: readonly AblationRow[]): Promise<Cell[]> {
  const described = await Promise.all(
    rows.map(async (row) => {
      const { run, ir } = row;
      const data = await openData(run, ir);
      const weights = run.weights === undefined ? undefined : (await startWeights(run, ir)).sha256;
      return { row, describe: (seed: number): RunDescription => describeRun({ ...run, seed }, ir, data, weights) };
    }),
  );
  const cells = seeds.flatMap((seed) =>
    described.map(({ row, describe }) => {
      const key = cellKey(describe(seed), row.stepLimits);
      return { row, seed, key, folder: cellFolder(output, row.name, seed, key) };
    }),
  );
  const byKey = new Map<string, Cell>();
  for (const cell of cells) {
    const other = byKey.get(cell.key);
    if (other !== undefined)
      throw inputFailure(
        `'${other.row.name}' and '${cell.row.name}' are trained in exactly the same way; one of them is too many, or its changes have no effect.`,
      );
    byKey.set(cell.key, cell);
  }
  return cells;
}

/** The held-out pairs of all rows. @throws RuntimeFailure where there are none, or where rows are measured on different ones. */
async function heldOutOf(rows: readonly AblationRow[]): Promise<HeldOut> {
  let shared: { readonly row: AblationRow; readonly heldOut: HeldOut } | undefined;
  for (const row of rows) {
    const { run, ir, name } = row;
    const {
      validation,
      roles: { truth, ...shown },
    } = await openData(run, ir);
    if (validation.length === 0 || truth === undefined) {
      const folders = [...new Set(truth === undefined ? ['low', 'normal'] : [shown.input, truth])]
        .map((role) => `${role}: ${role}`)
        .join(', ');
      throw inputFailure(
        `${run.placeOf(['data'], 'key')}: '${name}' has no held-out pairs to be measured on. Give \`data.validation\`, for example \`validation: { ${folders}, every: 12 }\`.`,
      );
    }
    const heldOut = { pairs: validation, roles: { ...shown, truth } };
    if (shared !== undefined && filesOf(shared.heldOut) !== filesOf(heldOut))
      throw inputFailure(`'${name}' is measured on other pairs than '${shared.row.name}', so their numbers cannot be compared.`);
    const [factor, other] = [heldOut.roles.reduction, shared?.heldOut.roles.reduction ?? heldOut.roles.reduction];
    if (factor !== other)
      throw inputFailure(`'${name}' enlarges ${factor} times, '${shared?.row.name}' ${other} times, so their numbers cannot be compared.`);
    shared ??= { row, heldOut };
  }
  return (shared as { readonly heldOut: HeldOut }).heldOut;
}

function filesOf({ pairs, roles }: HeldOut): string {
  return pairs.map(({ files }: Pair) => `${files[roles.input]}\n${files[roles.truth]}`).join('\n');
}
