import type { Pair } from '../data/index.js';
import { type RGBImage, readImage } from '../data/index.js';
import { measureImage, protocolsOf, requireMeasurable } from './measure.js';
import type { ReadyMetric } from './metric.js';
import { readyDefaultMetrics } from './registry.js';
import { type ImageScore, type MetricResults, meanScores, partialCounts, type ScoreCounts, type Scores } from './results.js';

/** Metrics of one pair: of the enhanced image against the normal one, and of the input as it is. */
export interface PairScore extends ImageScore {
  readonly input: Scores;
}

export interface Evaluation extends MetricResults<PairScore> {
  /** Means of the images before they were enhanced. */
  readonly input: Scores;
  /** Over how many images these are; absent where each is over all. */
  readonly inputCounts?: ScoreCounts;
  /** What happened to the network's output before it was measured. */
  readonly output: string;
}

/**
 * Measures enhanced images against their normal-light partners.
 * @param pairs with the roles `low` and `normal` given.
 * @param done called after each pair.
 * @param metrics by default PSNR and SSIM.
 * @throws RuntimeFailure when an image cannot be read or is too small for a metric, or when a pair's sizes differ.
 */
export async function evaluatePairs(
  pairs: readonly Pair[],
  roles: { readonly low: string; readonly normal: string },
  enhance: (image: RGBImage) => Promise<RGBImage>,
  done: (count: number) => void = () => undefined,
  metrics: readonly ReadyMetric[] = readyDefaultMetrics,
): Promise<Evaluation> {
  const images: PairScore[] = [];
  for (const { name, files } of pairs) {
    const path = files[roles.low] as string;
    const normalPath = files[roles.normal] as string;
    const [low, normal] = await Promise.all([readImage(path, 'training'), readImage(normalPath, 'training')]);
    requireMeasurable(metrics, { path, ...low }, { path: normalPath, ...normal });
    const enhanced = await enhance(low);
    images.push({
      name,
      width: low.width,
      height: low.height,
      scores: measureImage(metrics, enhanced, normal),
      input: measureImage(metrics, low, normal),
    });
    done(images.length);
  }
  const [outputs, inputs] = [images.map(({ scores }) => scores), images.map(({ input }) => input)];
  const [counts, inputCounts] = [partialCounts(outputs), partialCounts(inputs)];
  return {
    mean: meanScores(outputs),
    ...(counts && { counts }),
    input: meanScores(inputs),
    ...(inputCounts && { inputCounts }),
    images,
    output: 'clipped and rounded to 8 bits before it is measured',
    protocols: protocolsOf(metrics),
  };
}
