import { EngineFailure } from '../../engines/engine.js';
import { operationFailure, type RuntimeFailure } from '../../files/index.js';
import { describeBatch } from '../stage/batch-origin.js';
import type { NonFiniteStep } from '../stage/finite-check.js';
import type { BatchSource } from '../stage/stage-run.js';
import { describeTerms, evaluateTerms, type StageState } from './step-diagnosis.js';

/** Where the state before a step is, as a sentence. */
export interface KeptState {
  readonly sentence: string;
  /** Output folder of the run. */
  readonly folder: string;
}

/**
 * What is said of a step that did not count: stage, step and loss, the term of the loss that is to blame, the pictures of the batch, where the state before the step
 * is, and what to do.
 * @param state with the weights before the step.
 */
export async function nonFiniteFailure(
  failed: NonFiniteStep,
  state: StageState,
  batches: BatchSource,
  kept: KeptState,
): Promise<RuntimeFailure> {
  const { stage, step } = failed;
  const origins = batches.origins(step - 1);
  const terms = await termsOf(state, await batches.batch(step - 1));
  return operationFailure(
    [
      `${failed.message}. The training stopped.`,
      ...terms.map((line) => `  ${line}`),
      '  its batch (width x height of each patch, at left,top in pixels):',
      ...describeBatch(origins).map((line) => `    ${line}`),
      kept.sentence,
      `\`mfnc replay ${kept.folder} ${step} --stage ${stage}\` runs this step alone. Try a smaller rate, or leave out what is wrong with the pictures.`,
    ].join('\n'),
    failed,
  );
}

/** The terms are an addition: where the engine fails over them, what is known is told without them. */
async function termsOf(state: StageState, batch: Parameters<typeof evaluateTerms>[1]): Promise<string[]> {
  try {
    return describeTerms(await evaluateTerms(state, batch));
  } catch (error) {
    if (error instanceof EngineFailure) return [];
    throw error;
  }
}
