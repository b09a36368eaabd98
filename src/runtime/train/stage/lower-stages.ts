import { inPrecision, LoweringFailure, lowerTrainStep, type TrainStep } from '../../../compiler/3-lower/index.js';
import type { Stage, Training } from '../../../compiler/ir/ir.js';
import type { Program } from '../../../compiler/ir/program.js';
import { requireSupport } from '../../engines/support.js';
import type { TrainRequest } from '../train-request.js';
import { requireReadableCheckpoints } from './checkpoint-size.js';
import type { Patch, StepSizes } from './memory-check.js';
import { type StepLimit, stepsAllowed } from './step-limit.js';

/** Where an earlier part of a run ended. */
interface Position {
  readonly stage: string;
  /** Steps of the stage that are done. */
  readonly step: number;
}

/**
 * The train steps of the stages that are still to run, by their names, in the precision of the run. A stage that cannot run is told before the first one
 * trains for hours; lowering one takes up to seconds, so those that are done or have no steps are left out.
 * @param from where the run goes on; undefined at its beginning.
 * @throws LoweringFailure, UnsupportedProgram; RuntimeFailure where a checkpoint would be too large to be read again
 */
export function lowerStages(request: TrainRequest, training: Training, from: Position | undefined): ReadonlyMap<string, TrainStep> {
  const steps = new Map(stagesAhead(training, from, request.maxSteps).map(({ name }) => [name, lowerStage(request, name)]));
  requireReadableCheckpoints(request.ir, steps);
  return steps;
}

/** The train step of a stage in the precision of the run. @throws LoweringFailure, UnsupportedProgram */
export function lowerStage(
  { ir, sources, engine, run }: Pick<TrainRequest, 'ir' | 'sources' | 'engine' | 'run'>,
  stage: string,
): TrainStep {
  const lowered = lowerTrainStep(ir, stage, undefined, sources);
  const program = inPrecision(lowered.program, run.precision);
  requireSupport(engine.name, program);
  return { ...lowered, program };
}

/** Batch and patch of a training, and its steps for other patches. */
export function stepSizes(request: TrainRequest, training: Training): StepSizes {
  const { batch, patch } = training;
  return { batch, patch, lower: (stage, other) => lowerForPatch(request, training, stage, other) };
}

/** The train step of a stage for patches of another height and width; undefined where the network cannot take them. */
function lowerForPatch(request: TrainRequest, training: Training, stage: string, [height, width]: Patch): Program | undefined {
  const { ir, sources, run } = request;
  try {
    return inPrecision(lowerTrainStep(ir, stage, { batch: training.batch, height, width }, sources).program, run.precision);
  } catch (error) {
    if (error instanceof LoweringFailure) return undefined;
    throw error;
  }
}

/** How many steps a stage has is known only for those that are told in steps; one told in epochs may have some left. */
function stagesAhead({ stages }: Training, from: Position | undefined, maxSteps: StepLimit | undefined): readonly Stage[] {
  const first = from === undefined ? 0 : stages.findIndex(({ name }) => name === from.stage);
  return stages.slice(first).filter(({ name, duration }) => {
    if ('epochs' in duration && duration.epochs === 0) return false;
    const allowed = stepsAllowed(maxSteps, name);
    const most = 'steps' in duration ? Math.min(duration.steps, allowed) : allowed;
    return most > (name === from?.stage ? from.step : 0);
  });
}
