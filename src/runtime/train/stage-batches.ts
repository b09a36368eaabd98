import type { TrainStep } from '../../compiler/3-lower/index.js';
import type { IR, Stage, Training } from '../../compiler/ir/ir.js';
import { type CheckedSource, type ImageCache, PatchSampler, type ValueRange } from '../data/index.js';
import { type BatchSource, inputNames, joinSamplers } from './stage-run.js';

/** The batches of a stage. */
export interface StageBatches {
  /** Steps of the whole stage. */
  readonly length: number;
  /** Those streams that a train step reads. */
  readBy(trainStep: TrainStep): BatchSource;
}

/** What the batches of all stages are drawn from. */
export interface Pictures {
  readonly cache: ImageCache;
  readonly sources: readonly CheckedSource[];
}

/** The batches that a stage draws, a function of the run's seed, the stage and the pictures. */
export function stageBatches(ir: IR, training: Training, stage: Stage, seed: number, pictures: Pictures): StageBatches {
  const { batch, patch, augmentations } = training;
  const inputs = ir.definitions.find(({ id }) => id === stage.definition)?.inputs ?? [];
  const ranges = new Map<string, ValueRange>(inputs.flatMap(({ name, range }) => (range === undefined ? [] : [[name, range] as const])));
  const sampling = { seed, stage: stage.name, batch, patch, augmentations, ranges };
  const samplers = pictures.sources.map((source) => new PatchSampler(source, pictures.cache, sampling));
  const length = 'steps' in stage.duration ? stage.duration.steps : (samplers[0]?.stepsFor(stage.duration.epochs) ?? 0);
  return { length, readBy: (trainStep) => joinSamplers(samplers, new Set(inputNames(trainStep, 'data'))) };
}
