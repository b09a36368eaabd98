import type { SetEdit } from '../../compiler/1-parse/ast.js';
import type { IR } from '../../compiler/ir/ir.js';
import { inputFailure, RuntimeFailure } from '../files/index.js';
import { type RunFile, readRunFile } from '../train/index.js';
import type { VariantPlan } from './ablation-file.js';

/** The run of a variant. */
export interface VariantRun {
  readonly run: RunFile;
  /** What the run file says that the variant has no use for, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The run file of the base as it is for a variant. A variant may have lost a stage or a stream of the base: what the run file says of these is left out, and said.
 * @param base the model of the run file. @param own the variant's model without any overrides; undefined where it has errors.
 * @param common assignments of `--set`, for all rows.
 * @throws RuntimeFailure with the place of the variant.
 */
export async function variantRun(
  path: string,
  plan: VariantPlan,
  base: IR,
  own: IR | undefined,
  common: readonly string[],
): Promise<VariantRun> {
  const lost = own === undefined ? [] : stagesOf(base).filter((stage) => !stagesOf(own).includes(stage));
  const isLost = (stage: string | undefined): boolean => stage !== undefined && lost.includes(stage);
  const kept = common.filter((argument) => !isLost(/^training\.(\w+)\./.exec(argument)?.[1]));
  const run = await atPlace(plan.place, () => readRunFile(path, [...kept, ...plan.set]));
  const [written, ...others] = run.overrides;
  const stageOf = ({ path: { steps } }: SetEdit): string | undefined =>
    steps[0]?.name.text === 'training' ? steps[1]?.name.text : undefined;
  const edits = written?.edits.filter((edit) => !isLost(stageOf(edit))) ?? [];
  const ignored = lost.filter(
    (stage) =>
      written?.edits.some((edit) => stageOf(edit) === stage) || common.some((argument) => argument.startsWith(`training.${stage}.`)),
  );
  const streams = own === undefined ? [] : unpairedOf(base).filter((role) => !unpairedOf(own).includes(role));
  const data = Object.fromEntries(Object.entries(run.data).filter(([role]) => !streams.includes(role)));
  const notes = [
    ...ignored.map((stage) => `it has no stage ${stage}, so what the run file says of it does not count`),
    ...streams.filter((role) => run.data[role] !== undefined).map((role) => `it reads no ${role}, so these pictures are not used`),
  ];
  return {
    run: {
      ...run,
      data,
      overrides: written === undefined ? [] : [{ ...written, edits }, ...others],
      ...(plan.model !== undefined && {
        model: plan.model,
        placeOf: (keys, part) => (keys[0] === 'model' ? plan.place : run.placeOf(keys, part)),
      }),
    },
    notes,
  };
}

const stagesOf = ({ training }: IR): string[] => training?.stages.map(({ name }) => name) ?? [];

const unpairedOf = ({ training }: IR): string[] =>
  training?.streams.filter(({ kind }) => kind === 'unpaired').flatMap(({ names }) => names) ?? [];

async function atPlace<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuntimeFailure) throw inputFailure(`${place}: ${error.message}`, error);
    throw error;
  }
}
