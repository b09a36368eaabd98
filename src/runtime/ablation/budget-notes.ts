import type { Ablation } from './ablation-file.js';
import { durationText } from './budget.js';
import type { AblationRow, StageRecord } from './cell.js';
import type { CellResult } from './results.js';

/** Everything that keeps the numbers from being those of whole trainings, in sentences. */
export function budgetNotes(
  ablation: Ablation,
  rows: readonly AblationRow[],
  cells: readonly CellResult[],
  isExhausted: boolean,
): string[] {
  return [
    ...rows.flatMap((row) => row.notes.map((note) => `${row.name}: ${note}.`)),
    ...rows.flatMap((row) => shortenedStages(row, cells)),
    ...cells.flatMap(cellNote),
    ...rows.flatMap((row) => missingSeeds(row, cells)),
    ...(isExhausted
      ? [`The ${ablation.budget.totalMinutes} minutes of this call are over; run the same command again to go on with what is missing.`]
      : []),
  ];
}

/** The stages of a row that the steps of the budget have shortened. */
function shortenedStages(row: AblationRow, cells: readonly CellResult[]): string[] {
  const done = cells.find(({ cell, record }) => cell.row === row && record?.state === 'complete')?.record;
  const parts = (done?.stages ?? []).flatMap(({ name, steps }) => {
    const stage = row.ir.training?.stages.find((each) => each.name === name);
    const isShortened =
      stage !== undefined && steps === row.stepLimits.get(name) && !('steps' in stage.duration && stage.duration.steps === steps);
    return isShortened ? [`${name} had ${steps} steps in place of ${durationText(stage)}`] : [];
  });
  return parts.length === 0 ? [] : [`${row.name}: cut by the budget: ${parts.join(', ')}.`];
}

function cellNote({ cell, record, state, stages = [], problem }: CellResult): string[] {
  const name = `${cell.row.name}, seed ${cell.seed}`;
  if (problem !== undefined) return [`${name} could not be measured again, which the same command tries once more: ${problem}`];
  if (state === 'cut') return [`${name}: cut by the budget after ${record?.minutes} minutes, ${positionOf(record?.stages ?? [])}.`];
  if (state === 'failed') return [`${name} failed: ${record?.failure}`];
  if (state === 'unfinished') return [`${name} is unfinished, ${positionOf(stages)}; it does not count.`];
  return [];
}

function missingSeeds(row: AblationRow, cells: readonly CellResult[]): string[] {
  const seeds = cells.filter(({ cell, state }) => cell.row === row && state === 'not run').map(({ cell }) => cell.seed);
  return seeds.length === 0
    ? []
    : [`${row.name} has not been run with ${seeds.length === 1 ? 'the seed' : 'the seeds'} ${seeds.join(', ')}.`];
}

function positionOf(stages: readonly StageRecord[]): string {
  const last = stages.at(-1);
  if (last === undefined) return 'before its first step';
  return `after step ${last.steps}${last.planned === undefined ? '' : ` of ${last.planned}`} of stage ${last.name}`;
}
