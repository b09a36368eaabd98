import { inputFailure, RuntimeFailure, realName } from '../files/index.js';
import { type Demand, type SizedFile, sizeFault } from './demand.js';
import { readImage } from './image.js';
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

/** A file that was looked at: the size of its upright image, or what is wrong with it. */
export type LookedFile = SizedFile | { readonly path: string; readonly problem: string };

/** The files of each sample of a source, in the order of its roles. */
export interface LookedSource {
  readonly source: SampleSource;
  readonly files: readonly (readonly LookedFile[])[];
}

/**
 * Looks at every file of a source; none that is bad stops it.
 * @param read gives the size of an upright image, from its header or after decoding all of it.
 * @param progress called after each sample with how many are done.
 */
export async function lookAt(
  source: SampleSource,
  read: (path: string) => Promise<{ readonly width: number; readonly height: number }>,
  progress: (done: number) => void = () => undefined,
): Promise<LookedSource> {
  const look = async (path: string): Promise<LookedFile> => {
    try {
      const { width, height } = await read(path);
      return { path, width, height };
    } catch (error) {
      if (error instanceof RuntimeFailure) return { path, problem: error.message };
      throw error;
    }
  };
  const files: LookedFile[][] = source.samples.map(() => []);
  const waiting = source.samples.entries();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const [i, sample] of waiting) {
      files[i] = await Promise.all(source.roles.map((role) => look(sample.files[role] as string)));
      progress(++done);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  // libvips keeps the reasons of all threads in one place, where they get mixed up: each bad file is looked at again, alone.
  for (const looked of files) {
    for (const [k, file] of looked.entries()) if ('problem' in file) looked[k] = await look(file.path);
  }
  return { source, files };
}

/**
 * Judges a source whose files were looked at.
 * @param undecodable what is wrong with files whose headers are right, by their paths.
 * @throws RuntimeFailure that lists the images that cannot be used.
 */
export function requireUsable(
  { source, files }: LookedSource,
  demand: Demand,
  undecodable: ReadonlyMap<string, string> = new Map(),
): CheckedSource {
  const problems = files.map((looked) => {
    for (const file of looked) {
      const problem = 'problem' in file ? file.problem : undecodable.get(file.path);
      if (problem !== undefined) return problem;
    }
    const fault = sizeFault(looked as readonly SizedFile[], demand);
    return fault && `${fault.path}: ${fault.problem}.${fault.remedy === undefined ? '' : ` ${fault.remedy}`}`;
  });
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw unusable(found, demand.images);
  const samples = source.samples.map((sample, i) => {
    const [{ width, height }] = files[i] as [SizedFile];
    return { ...sample, width, height };
  });
  return { roles: source.roles, samples };
}

/**
 * Looks at every image that is held out before a training starts, for it is measured only at its end, and decodes it in full.
 * @param demand what measuring asks of their sizes. @param progress called after each sample with how many are done.
 * @throws RuntimeFailure that lists the images that cannot be used.
 */
export async function checkHeldOut(
  source: SampleSource,
  demand: Demand,
  progress: (done: number) => void = () => undefined,
): Promise<void> {
  requireUsable(await lookAt(source, (path) => readImage(path, 'training'), progress), demand);
}

function unusable(problems: readonly string[], images: string): Error {
  if (problems.length === 1) return inputFailure(problems[0] as string);
  const shown = problems.slice(0, shownProblems).map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`);
  if (problems.length > shownProblems) shown.push(`  and ${problems.length - shownProblems} more: mfnc data check names all`);
  return inputFailure([`${problems.length} of the ${images} cannot be used:`, ...shown].join('\n'));
}

/** The first of every `every` samples: with 12 the 1st, the 13th, the 25th. */
export function everyNth<T>(samples: readonly T[], every: number): T[] {
  return samples.filter((_, i) => i % every === 0);
}

/**
 * Leaves out what a validation measures: samples of which any file is, by its real path, also a file of `held`.
 * @param name of the samples in a run file, for the message. @throws RuntimeFailure when nothing is left.
 */
export async function withoutHeldOut(samples: readonly Pair[], held: readonly Pair[], name: string): Promise<Pair[]> {
  const names = new Set(await Promise.all(held.flatMap(({ files }) => Object.values(files).map(realName))));
  const kept: Pair[] = [];
  for (const sample of samples) {
    const own = await Promise.all(Object.values(sample.files).map(realName));
    if (!own.some((name) => names.has(name))) kept.push(sample);
  }
  if (kept.length === 0) {
    throw inputFailure(
      `data.validation holds all of ${name}, so none is left to train on. Hold out a part with \`every: 12\`, or name other folders.`,
    );
  }
  return kept;
}
