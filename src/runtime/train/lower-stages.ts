import { inPrecision, lowerTrainStep, type TrainStep } from '../../compiler/3-lower/index.js';
import type { Training } from '../../compiler/ir/ir.js';
import { requireSupport } from '../engines/support.js';
import type { TrainRequest } from './train.js';

/**
 * The train steps of all stages by their names, in the precision of the run. A stage that cannot run is told before the first one trains for hours.
 * @throws LoweringFailure, UnsupportedProgram
 */
export function lowerStages({ ir, sources, engine, run }: TrainRequest, { stages }: Training): ReadonlyMap<string, TrainStep> {
  return new Map(
    stages.map(({ name }) => {
      const lowered = lowerTrainStep(ir, name, undefined, sources);
      const program = inPrecision(lowered.program, run.precision);
      requireSupport(engine.name, program);
      return [name, { ...lowered, program }];
    }),
  );
}
