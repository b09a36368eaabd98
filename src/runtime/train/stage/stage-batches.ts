import type { TrainStep } from '../../../compiler/3-lower/index.js';
import type { IR, Stage, Training } from '../../../compiler/ir/ir.js';
import type { TrainingCheckpoint } from '../../checkpoint/index.js';
import type { Loader, ValueRange } from '../../data/index.js';
import { inputFailure } from '../../files/index.js';
import { type BatchSource, inputNames } from './stage-run.js';

/** The batches of a stage. */
export interface StageBatches {
  /** Steps of the whole stage. */
  readonly length: number;
  /** Those streams that a train step reads, made from now on. @param first number of the first batch. @param end number of the one after the last. */
  readBy(trainStep: TrainStep, first: number, end: number): BatchSource;
}

/** The batches that a stage draws, a function of the run's seed, the stage and the pictures; the first source counts the epochs. */
export function stageBatches(ir: IR, training: Training, stage: Stage, seed: number, loader: Loader): StageBatches {
  const { batch, patch, augmentations } = training;
  const inputs = ir.definitions.find(({ id }) => id === stage.definition)?.inputs ?? [];
  const ranges = new Map<string, ValueRange>(inputs.flatMap(({ name, range }) => (range === undefined ? [] : [[name, range] as const])));
  const sampling = { seed, stage: stage.name, batch, patch, augmentations, ranges };
  const samplers = loader.samplers(sampling);
  const length = 'steps' in stage.duration ? stage.duration.steps : (samplers[0]?.stepsFor(stage.duration.epochs) ?? 0);
  return {
    length,
    readBy(trainStep, first, end) {
      const streams = new Set(inputNames(trainStep, 'data'));
      const used = samplers.filter(({ source }) => source.roles.some((role) => streams.has(role)));
      const batches = loader.batches(sampling, streams, first, end);
      return {
        batch: (step) => batches.batch(step),
        close: () => batches.close(),
        epochOf: (step) => samplers[0]?.epochOf(step) ?? 0,
        cursors: (step) =>
          used.map((sampler) => ({ roles: sampler.source.roles, ...sampler.cursor(step), patchesPerPass: sampler.patchesPerPass })),
        origins: (step) => used.map((sampler) => ({ roles: sampler.source.roles, patches: sampler.patches(step) })),
      };
    },
  };
}

/**
 * Compares where the next batches begin with what the checkpoint says, where it is of the stage: images of other sizes make other batches.
 * @throws RuntimeFailure
 */
export function requireSameCursors(from: TrainingCheckpoint | undefined, stage: string, batches: BatchSource): void {
  if (from?.stage !== stage) return;
  for (const now of batches.cursors(from.step)) {
    const before = from.data.find(({ roles }) => roles.join() === now.roles.join());
    if (before === undefined || JSON.stringify(before) === JSON.stringify(now)) continue;
    throw inputFailure(
      `the images of ${now.roles.join(' and ')} have changed since the checkpoint was written: they gave ${before.patchesPerPass} patches, now ${now.patchesPerPass}. Restore the former ones, or set another output to start a new run.`,
    );
  }
}
