import { type RGBImage, readImage, readImageHeader, smallestReducible } from '../data/index.js';
import { inputFailure, RuntimeFailure } from '../files/index.js';
import type { ReadyMetric } from './metric.js';
import type { Protocols } from './protocol.js';
import { type ImageScore, type MetricResults, meanScores, partialCounts, type Scores } from './results.js';

/** An image file to measure. */
export interface MeasuredFile {
  readonly name: string;
  readonly image: string;
  /** What it should look like; needed by full-reference metrics. */
  readonly reference?: string;
}

/** All metrics of one image; null for one that gives no number for it. */
export function measureImage(metrics: readonly ReadyMetric[], image: RGBImage, reference?: RGBImage): Scores {
  return Object.fromEntries(
    metrics.map(({ metric, measure }) => {
      const score = measure(image, reference);
      return [metric.name, Number.isFinite(score) ? score : null];
    }),
  );
}

/** A sentence for each metric that is not defined for an image. @param subject names the image and begins the sentences: its path. */
export function undefinedScores(metrics: readonly ReadyMetric[], subject: string, scores: Scores): string[] {
  return metrics
    .filter(({ metric }) => scores[metric.name] === null)
    .map(
      ({ metric: { title, undefinedFor } }) =>
        `${subject}: ${title} is not defined for it${undefinedFor === undefined ? '' : `: it gives no number for ${undefinedFor}`}.`,
    );
}

export function protocolsOf(metrics: readonly ReadyMetric[]): Protocols {
  return Object.fromEntries(metrics.map(({ metric, protocol }) => [metric.name, protocol]));
}

/** A file and the size of its image, in pixels. */
interface Sized {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Refuses a pair whose sizes do not go together, or an image that is too small for a metric.
 * @param scale how many times as high and wide as the image its partner has to be.
 * @param reduction by which the image is reduced for the network; what is measured is a multiple of it. @throws RuntimeFailure
 */
export function requireMeasurable(metrics: readonly ReadyMetric[], image: Sized, partner?: Sized, scale = 1, reduction = 1): void {
  const size = ({ width, height }: Pick<Sized, 'width' | 'height'>) => `${width}x${height}`;
  const wanted = size({ width: scale * image.width, height: scale * image.height });
  if (partner !== undefined && wanted !== size(partner)) {
    const demand = `the network enlarges ${scale} times, so the partner has to be ${wanted}. Reduce the first ${scale} times, or take a partner of that size`;
    throw inputFailure(
      `${image.path}: is ${size(image)} pixels, its partner ${partner.path} is ${size(partner)}${scale === 1 ? '' : `; ${demand}`}.`,
    );
  }
  const side = scale * Math.min(image.width, image.height);
  for (const { metric } of metrics) {
    const { side: smallest, because } = smallestReducible(metric.smallestSide, reduction);
    if (smallest > side)
      throw inputFailure(
        `${image.path}: is ${size(image)} pixels${scale === 1 ? '' : `, enlarged ${wanted}`}; ${metric.title} needs at least ${smallest}x${smallest}${because}.`,
      );
  }
}

/** Problems that are told at once; the others are counted. */
const toldProblems = 20;

/**
 * Looks at the headers of all files before the first is measured, so that nobody waits for the hundredth to be refused.
 * @param scale how many times as high and wide as its image a reference has to be. @param reduction by which the images are reduced for the network.
 * @throws RuntimeFailure with a line for each file that cannot be measured.
 */
export async function checkFiles(files: readonly MeasuredFile[], metrics: readonly ReadyMetric[], scale = 1, reduction = 1): Promise<void> {
  const problems: string[] = [];
  for (const { image, reference } of files) {
    try {
      const sized = { path: image, ...(await readImageHeader(image)) };
      const partner = reference === undefined ? undefined : { path: reference, ...(await readImageHeader(reference)) };
      requireMeasurable(metrics, sized, partner, scale, reduction);
    } catch (error) {
      if (!(error instanceof RuntimeFailure)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length === 0) return;
  const rest = problems.length - toldProblems;
  throw inputFailure([...problems.slice(0, toldProblems), ...(rest > 0 ? [`... and ${rest} more.`] : [])].join('\n'));
}

/**
 * Measures image files, one after the other.
 * @param done called after each file.
 * @throws RuntimeFailure when an image cannot be read, is transparent or too small, or when the sizes of a pair differ.
 */
export async function measureFiles(
  files: readonly MeasuredFile[],
  metrics: readonly ReadyMetric[],
  done: (count: number) => void = () => undefined,
): Promise<MetricResults> {
  const images: ImageScore[] = [];
  for (const { name, image: path, reference: referencePath } of files) {
    const [image, reference] = await Promise.all([
      readImage(path, 'training'),
      referencePath === undefined ? undefined : readImage(referencePath, 'training'),
    ]);
    requireMeasurable(metrics, { path, ...image }, reference && referencePath ? { path: referencePath, ...reference } : undefined);
    images.push({ name, width: image.width, height: image.height, scores: measureImage(metrics, image, reference) });
    done(images.length);
  }
  const all = images.map(({ scores }) => scores);
  const counts = partialCounts(all);
  return { mean: meanScores(all), ...(counts && { counts }), images, protocols: protocolsOf(metrics) };
}
