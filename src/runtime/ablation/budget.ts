import type { Stage, Training } from '../../compiler/ir/ir.js';
import { inputFailure } from '../files/index.js';

/** The most minutes that a budget may have: Node's timers hold no more than 2^31 - 1 milliseconds, 24.8 days. */
export const mostMinutes = 35_000;

/** What a run, and all of them together, may take. What is undefined is not limited. */
export interface Budget {
  /** Steps of each stage, at most. */
  readonly stageSteps: number | undefined;
  /** Steps of all stages of a run together, at most; the stages get shares in proportion to their lengths. */
  readonly runSteps: number | undefined;
  /** Minutes that the steps of one run take, at most. */
  readonly runMinutes: number | undefined;
  /** Minutes that one call of the command trains, at most. */
  readonly totalMinutes: number | undefined;
}

/** '20 epochs' */
export function durationText({ duration }: Stage): string {
  return 'steps' in duration ? `${duration.steps} steps` : `${duration.epochs} epochs`;
}

/**
 * The most steps that each stage may have, by its name; stages that are not limited are left out.
 * @param title names the variant in messages.
 * @throws RuntimeFailure where steps are to be shared by stages whose lengths are told in different units.
 */
export function stepLimits({ stageSteps, runSteps }: Budget, { stages }: Training, title: string): Map<string, number> {
  const limits = new Map<string, number>();
  for (const [stage, share] of runSteps === undefined ? [] : sharesOf(runSteps, stages, title)) limits.set(stage, share);
  for (const { name } of stageSteps === undefined ? [] : stages)
    limits.set(name, Math.min(limits.get(name) ?? Number.POSITIVE_INFINITY, stageSteps as number));
  return limits;
}

/** Whole numbers in proportion to the lengths of the stages, of the sum asked for. */
function sharesOf(steps: number, stages: readonly Stage[], title: string): [string, number][] {
  const trained = stages.filter(({ duration }) => ('steps' in duration ? duration.steps : duration.epochs) > 0);
  const units = new Set(trained.map(({ duration }) => ('steps' in duration ? 'steps' : 'epochs')));
  if (units.size > 1)
    throw inputFailure(
      `${title}: its stages are told in steps and in epochs (${trained.map((stage) => `${stage.name}: ${durationText(stage)}`).join(', ')}), so the steps of a run cannot be shared among them. Limit the steps of each stage, or tell all lengths in one unit.`,
    );
  const lengths = trained.map(({ duration }) => ('steps' in duration ? duration.steps : duration.epochs));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let [before, given] = [0, 0];
  return trained.map(({ name }, i) => {
    before += lengths[i] as number;
    // What is rounded away from one stage goes to the next.
    const end = Math.round((steps * before) / total);
    const share = Math.max(1, end - given);
    given = end;
    return [name, share];
  });
}
