import { inputFailure, RuntimeFailure, realName } from '../files/index.js';
import { type Demand, measureDemand, patchDemand, type SizedFile, sizeFault } from './demand.js';
import { readImageHeader } from './image.js';
import { ImageCache } from './image-cache.js';
import type { Pair } from './pairs.js';

/** Images that are drawn together: pairs of two or more roles, or single images of one role. */
export interface SampleSource {
  /** Names of the data streams that it feeds, `['low', 'normal']`. */
  readonly roles: readonly string[];
  readonly samples: readonly Pair[];
}

/** A sample with the size of its images, which is the same for all of its roles. */
export interface SizedSample extends Pair {
  readonly width: number;
  readonly height: number;
}

/** A source whose images have been looked at: readable, of equal sizes, no smaller than a patch. */
export interface CheckedSource {
  readonly roles: readonly string[];
  readonly samples: readonly SizedSample[];
}

const shownProblems = 10;
const concurrency = 4;

/**
 * Looks at every image of a source before a training starts, so that a bad file is told at once and not after hours: all headers are read, and as
 * many images as fit into the cache are decoded in full.
 * @param patch smallest height and width.
 * @param progress called after each sample with how many are done.
 * @throws RuntimeFailure that lists the images that cannot be used.
 */
export async function checkSource(
  source: SampleSource,
  cache: ImageCache,
  patch: readonly [number, number],
  progress: (done: number) => void = () => undefined,
): Promise<CheckedSource> {
  return { roles: source.roles, samples: await checkSamples(source, cache, patchDemand(patch), progress) };
}

/** Bytes of decoded held-out images that are kept while they are looked at. */
const heldOutCacheLimit = 2 ** 28;

/**
 * Looks at every image that is held out before a training starts, for it is measured only at its end.
 * @param side smallest height and width, which the metrics need. @param progress called after each sample with how many are done.
 * @throws RuntimeFailure that lists the images that cannot be used.
 */
export async function checkHeldOut(source: SampleSource, side: number, progress: (done: number) => void = () => undefined): Promise<void> {
  await checkSamples(source, new ImageCache(heldOutCacheLimit), measureDemand(side), progress);
}

async function checkSamples(
  source: SampleSource,
  cache: ImageCache,
  demand: Demand,
  progress: (done: number) => void,
): Promise<SizedSample[]> {
  const sized: (SizedSample | undefined)[] = source.samples.map(() => undefined);
  const problems: (string | undefined)[] = source.samples.map(() => undefined);
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < source.samples.length; i = next++) {
      try {
        sized[i] = await checkSample(source.samples[i] as Pair, source.roles, cache, demand);
      } catch (error) {
        if (!(error instanceof RuntimeFailure)) throw error;
        problems[i] = error.message;
      }
      progress(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw unusable(found, demand.images);
  return sized.filter((sample) => sample !== undefined);
}

async function checkSample(sample: Pair, roles: readonly string[], cache: ImageCache, demand: Demand): Promise<SizedSample> {
  const sizes = await Promise.all(
    roles.map(async (role) => {
      const path = sample.files[role] as string;
      const { width, height } = cache.hasRoom ? await cache.get(path) : await readImageHeader(path);
      return { path, width, height };
    }),
  );
  const fault = sizeFault(sizes, demand);
  if (fault !== undefined) throw inputFailure(`${fault.path}: ${fault.problem}.${fault.remedy === undefined ? '' : ` ${fault.remedy}`}`);
  const { width, height } = sizes[0] as SizedFile;
  return { ...sample, width, height };
}

function unusable(problems: readonly string[], images: string): Error {
  if (problems.length === 1) return inputFailure(problems[0] as string);
  const shown = problems.slice(0, shownProblems).map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`);
  if (problems.length > shownProblems) shown.push(`  and ${problems.length - shownProblems} more`);
  return inputFailure([`${problems.length} of the ${images} cannot be used:`, ...shown].join('\n'));
}

/** The first of every `every` samples: with 12 the 1st, the 13th, the 25th. */
export function everyNth<T>(samples: readonly T[], every: number): T[] {
  return samples.filter((_, i) => i % every === 0);
}

/**
 * Leaves out what a validation measures: samples of which any file is, by its real path, also a file of `held`.
 * @throws RuntimeFailure when nothing is left.
 */
export async function withoutHeldOut(samples: readonly Pair[], held: readonly Pair[]): Promise<Pair[]> {
  const names = new Set(await Promise.all(held.flatMap(({ files }) => Object.values(files).map(realName))));
  const kept: Pair[] = [];
  for (const sample of samples) {
    const own = await Promise.all(Object.values(sample.files).map(realName));
    if (!own.some((name) => names.has(name))) kept.push(sample);
  }
  if (kept.length === 0) {
    throw inputFailure(
      'data.validation holds every pair of data.pair, so none is left to train on. Hold out a part with `every: 12`, or name other folders.',
    );
  }
  return kept;
}
