import type { TrainStep } from '../../../compiler/3-lower/index.js';
import type { HostTensor } from '../../engines/engine.js';
import { isOutOfMemory } from '../../engines/out-of-memory.js';
import { RuntimeFailure } from '../../files/index.js';
import { NonFiniteStep } from '../stage/finite-check.js';
import { outOfMemory, type StepSizes } from '../stage/memory-check.js';
import type { BatchSource, StageRun } from '../stage/stage-run.js';
import type { TrainRequest } from '../train-request.js';
import { nonFiniteFailure } from './non-finite-failure.js';

/** A step that was to be taken, with all that is needed to say why it was not. */
export interface FailedStep {
  readonly request: TrainRequest;
  /** Output folder of the run. */
  readonly folder: string;
  readonly threads: number;
  readonly sizes: StepSizes;
  readonly stage: string;
  /** Number of the step, from 1. */
  readonly step: number;
  readonly trainStep: TrainStep;
  readonly batches: BatchSource;
  /** Bytes that the process held before the stage. */
  readonly heldBefore: number;
  /** Every weight of the run, as far as the stage does not hold newer ones. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Undefined where the engine could not even make the stage ready. */
  readonly stageRun: StageRun | undefined;
  /** Writes a checkpoint of the state before the step. @returns its folder. */
  save(): Promise<string>;
}

/**
 * What is said of a step that could not be taken: of values that are not finite, and of memory that the engine did not get. The state before the step is kept.
 * @returns the failure to throw; other errors as they are.
 */
export async function explainStepFailure(error: unknown, failed: FailedStep): Promise<unknown> {
  const { request, folder, threads, sizes, stage, step, trainStep, batches, heldBefore, weights, stageRun } = failed;
  const { ir, sources, engine, run } = request;
  if (error instanceof NonFiniteStep && stageRun !== undefined) {
    const sentence = await keep(failed);
    const held = await stageRun.read();
    const state = {
      ir,
      ...(sources === undefined ? {} : { sources }),
      stage,
      precision: run.precision,
      engine,
      threads: threads || undefined,
      weights: new Map([...weights, ...held.weights]),
    };
    return nonFiniteFailure(error, state, batches, { sentence, folder });
  }
  if (!isOutOfMemory(error)) return error;
  const sentence = stageRun === undefined ? '' : await keep(failed);
  const reason = error.message.split('\n')[0] ?? '';
  return outOfMemory(engine.name, { stage, step, reason }, trainStep.program, sizes, heldBefore, sentence);
}

async function keep({ save }: FailedStep): Promise<string> {
  try {
    return `The state before the step is in ${await save()}.`;
  } catch (error) {
    if (!(error instanceof RuntimeFailure || isOutOfMemory(error))) throw error;
    return `The state before the step could not be written: ${error.message}`;
  }
}
