import type { TensorId } from '../ir/program.js';
import type { ProgramBuilder } from './program-builder.js';

/** Name of the state that holds the moving average of a weight. */
export const averageName = (path: string): string => `${path}:ema`;

/** Name of the host's scalar 1 - decay. */
export const averageScalar = 'ema:weight';

/**
 * Adds exponential moving averages of weights, average + (1 - decay) (weight - average), as timm's ModelEmaV3 computes them. An average begins as a copy
 * of its weight.
 * @param next the weights after the step, by path.
 */
export const addMovingAverages = (builder: ProgramBuilder, next: ReadonlyMap<string, TensorId>): void => {
  const weight = builder.input(averageScalar, 'scalar', []);
  for (const [path, tensor] of next) {
    const average = builder.input(averageName(path), 'state', builder.shapeOf(tensor));
    const change = builder.emit('mul', [builder.emit('sub', [tensor, average]), weight]);
    builder.output(averageName(path), 'state', builder.emit('add', [average, change]));
  }
};
