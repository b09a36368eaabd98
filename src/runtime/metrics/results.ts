import type { Protocols } from './protocol.js';

/** Numbers by name of the metric; null where it is not defined for the image, or for none of several. */
export type Scores = Readonly<Record<string, number | null>>;

/** How many images, by name of the metric. */
export type ScoreCounts = Readonly<Record<string, number>>;

/** The metrics of one image. */
export interface ImageScore {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly scores: Scores;
}

/** What was measured, and how: the form of `mfnc metrics --json`, and part of what `mfnc evaluate --json` and a training's metrics.json say. */
export interface MetricResults<Image extends ImageScore = ImageScore> {
  /** Arithmetic means over the images that the metric is defined for. */
  readonly mean: Scores;
  /** Over how many images the means are; absent where each is over all. */
  readonly counts?: ScoreCounts;
  readonly images: readonly Image[];
  /** How each number was taken, by name of the metric. */
  readonly protocols: Protocols;
}

/** The arithmetic mean of each metric over the images that it is defined for. @param all at least one, each with the same metrics. */
export function meanScores(all: readonly Scores[]): Scores {
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => {
      const defined = all.map((scores) => scores[name]).filter(isScore);
      return [name, defined.length === 0 ? null : defined.reduce((sum, score) => sum + score, 0) / defined.length];
    }),
  );
}

/** How many images each metric is defined for. @returns undefined where each is for all. @param all each with the same metrics. */
export function partialCounts(all: readonly Scores[]): ScoreCounts | undefined {
  const counts = Object.keys(all[0] ?? {}).map((name) => [name, all.map((scores) => scores[name]).filter(isScore).length] as const);
  return counts.every(([, count]) => count === all.length) ? undefined : Object.fromEntries(counts);
}

/**
 * The means that are over all images, and so compare with those of other networks on the same images.
 * @param counts over how many images each is, where one is not over all. @param images how many there are.
 */
export function wholeMeans(means: Scores, counts: ScoreCounts | undefined, images: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(means).filter((entry): entry is [string, number] => isScore(entry[1]) && (counts?.[entry[0]] ?? images) === images),
  );
}

/** Whether a metric was measured and is defined. */
export const isScore = (score: unknown): score is number => typeof score === 'number';
