import { listWeights, type TrainStep } from '../../../compiler/3-lower/index.js';
import { elementCount } from '../../../compiler/ir/dimension.js';
import type { IR } from '../../../compiler/ir/ir.js';
import { inputFailure, largestHeld } from '../../files/index.js';

/** Bytes of a header for each tensor, at most. */
const entryBytes = 1024;

/**
 * Refuses a training whose checkpoints could be written, but not be read again, as a file is read at once.
 * @param steps of the stages that are to run, by name. @param limit of a file, in bytes. @throws RuntimeFailure
 */
export function requireReadableCheckpoints(ir: IR, steps: ReadonlyMap<string, TrainStep>, limit = largestHeld): void {
  const weights = new Map(listWeights(ir).map(({ path, shape }) => [path, shape]));
  for (const [stage, trainStep] of steps) {
    for (const [name, shape] of shapesOf(trainStep, 'parameter')) weights.set(name, shape);
    requireBelow(limit, `stage ${stage}: the moments and averages of a checkpoint (optimizer.safetensors)`, shapesOf(trainStep, 'state'));
  }
  requireBelow(limit, `${ir.model.name}: the weights of a checkpoint (weights.safetensors)`, weights);
}

type Shapes = ReadonlyMap<string, readonly number[]>;

function shapesOf({ program }: TrainStep, wanted: 'parameter' | 'state'): Shapes {
  const inputs = program.inputs.filter(({ role }) => role === wanted);
  return new Map(inputs.map(({ name, tensor }) => [name, program.tensors[tensor]?.shape ?? []]));
}

function requireBelow(limit: number, subject: string, shapes: Shapes): void {
  const bytes = [...shapes.values()].reduce((sum, shape) => sum + entryBytes + 4 * elementCount(shape), 0);
  if (bytes <= limit) return;
  throw inputFailure(
    `${subject} would be a file of about ${gigabytes(bytes)}; at most ${gigabytes(limit)} can be read again. Train a smaller network, or a part of it at a time.`,
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
