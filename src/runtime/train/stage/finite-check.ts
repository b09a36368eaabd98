import type { HostTensor, RunOutcome } from '../../engines/engine.js';

/** What a step would have made of a weight or a moment, where that is no number. */
export interface BadUpdate {
  readonly name: string;
  readonly value: number;
}

/** A step that did not count, because a loss or an update of it is NaN or infinite: weights and moments are those before it. */
export class NonFiniteStep extends Error {
  override readonly name = 'NonFiniteStep';

  constructor(
    readonly stage: string,
    /** Number of the step, from 1. */
    readonly step: number,
    readonly losses: Readonly<Record<string, number>>,
    /** Of weights and moments, in the order of the Program; empty where a loss is not finite already. */
    readonly updates: readonly BadUpdate[],
  ) {
    super(`stage ${stage}, step ${step}: ${describeNonFinite(losses, updates)}`);
  }
}

/** Losses of a step by name. */
export const lossesOf = (results: ReadonlyMap<string, HostTensor>): Record<string, number> =>
  Object.fromEntries([...results].map(([name, { values }]) => [name, values[0] as number]));

/**
 * Looks at all that a step gives before it counts: the losses, and with them finite every weight and moment, since a gradient may overflow where no loss does. That
 * takes 1 ns for each value.
 * @throws NonFiniteStep
 */
export async function requireFinite(stage: string, step: number, { results, next }: RunOutcome): Promise<void> {
  const losses = lossesOf(results);
  if (Object.values(losses).some((value) => !Number.isFinite(value))) throw new NonFiniteStep(stage, step, losses, []);
  const updates = [...badUpdates(await next('parameter')), ...badUpdates(await next('state'))];
  if (updates.length > 0) throw new NonFiniteStep(stage, step, losses, updates);
}

/** The tensors that hold a value that is not finite, each with the first such value. */
export function badUpdates(tensors: ReadonlyMap<string, HostTensor>): BadUpdate[] {
  return [...tensors].flatMap(([name, { values }]) => {
    if (areFinite(values)) return [];
    return [{ name, value: values.find((value) => !Number.isFinite(value)) ?? Number.NaN }];
  });
}

/** Whether all values are finite: 0 times any other is NaN, and so is the sum. */
function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * (values[i] as number);
  return sum === 0;
}

const shownUpdates = 5;

/** 'L_net is NaN (L_critic 0.693)' */
export function describeNonFinite(losses: Readonly<Record<string, number>>, updates: readonly BadUpdate[]): string {
  const entries = Object.entries(losses);
  const bad = entries.filter(([, value]) => !Number.isFinite(value)).map(([name, value]) => `${name} is ${value}`);
  const good = entries.filter(([, value]) => Number.isFinite(value)).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  if (bad.length > 0) return `${bad.join(', ')}${good.length === 0 ? '' : ` (${good.join(', ')})`}`;
  const shown = updates.slice(0, shownUpdates).map(({ name, value }) => `${name} becomes ${value}`);
  if (updates.length > shown.length) shown.push(`so do ${updates.length - shown.length} more`);
  return `${shown.join(', ')}, with finite losses (${good.join(', ')})`;
}
