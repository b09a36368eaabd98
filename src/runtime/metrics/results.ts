import type { Protocols } from './protocol.js';

/** Numbers by name of the metric. */
export type Scores = Readonly<Record<string, number>>;

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
  /** Arithmetic means over the images. */
  readonly mean: Scores;
  readonly images: readonly Image[];
  /** How each number was taken, by name of the metric. */
  readonly protocols: Protocols;
}

/** The arithmetic mean of each metric. @param all at least one, each with the same metrics. */
export function meanScores(all: readonly Scores[]): Scores {
  return Object.fromEntries(
    Object.keys(all[0] ?? {}).map((name) => [name, all.reduce((sum, scores) => sum + (scores[name] as number), 0) / all.length]),
  );
}
