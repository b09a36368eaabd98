import { availableParallelism, totalmem } from 'node:os';
import { type BatchStream, makeRing, usualDepth } from './batch-ring.js';
import { type Batches, DirectBatches } from './batches.js';
import { patchDemand } from './demand.js';
import { readImageHeader } from './image.js';
import { PatchSampler, type Sampling } from './patch-sampler.js';
import { defaultCacheLimit, layPictures, PictureStore, type SharedPictures } from './picture-store.js';
import { RingBatches } from './ring-batches.js';
import { type CheckedSource, type LookedSource, lookAt, requireUsable, type SampleSource } from './sample-source.js';
import { WorkerPool } from './worker-pool.js';

/** How pictures are loaded; none of it changes a batch. */
export interface LoaderSettings {
  /** Threads that decode pictures and cut batches; 0 for the thread that computes. */
  readonly workers?: number | undefined;
  /** Batches that are kept ready. */
  readonly prefetch?: number | undefined;
  /** Bytes of decoded pictures that are kept. */
  readonly cache?: number | undefined;
}

/** Most workers that are started where the run file says nothing. */
const usualWorkers = 4;

/** Threads that load pictures where the run file says nothing: one less than there are cores, at least one, at most `usualWorkers`. */
export function defaultWorkers(cores = availableParallelism()): number {
  return Math.max(1, Math.min(usualWorkers, cores - 1));
}

/** What a loader tells while it looks at the pictures. */
export interface LookingReporter {
  /** Samples of a source whose headers were read, of `total`; then pictures that were decoded and are kept. */
  checked(what: string, done: number, total: number): void;
  /** Bytes of the decoded pictures that will be kept, before the first is decoded. What it throws ends the looking. */
  keeping?(bytes: number): void;
}

/** Files that are decoded at the same time by the thread that computes, where no worker does it. */
const atOnce = 4;

/** The pictures of a training, looked at and kept decoded as far as there is room, and the threads that make batches of them. */
export class Loader {
  private rings = 0;
  private current: Batches | undefined;

  private constructor(
    /** In the order in which they were given. */
    readonly sources: readonly CheckedSource[],
    private readonly settings: LoaderSettings,
    private readonly store: PictureStore,
    private readonly pool: WorkerPool | undefined,
  ) {}

  /**
   * Looks at every picture before a training starts, so that a bad file is told at once and not after hours: all headers are read, and as many pictures as are kept
   * are decoded in full.
   * @param patch smallest height and width. @param signal once aborted, no further pictures are decoded.
   * @throws RuntimeFailure that lists the pictures that cannot be used.
   */
  static async open(
    sources: readonly SampleSource[],
    settings: LoaderSettings,
    patch: readonly [number, number],
    reporter: LookingReporter,
    signal?: AbortSignal,
  ): Promise<Loader> {
    const { workers = defaultWorkers(), cache = Math.min(defaultCacheLimit, Math.floor(totalmem() / 4)) } = settings;
    const looked: LookedSource[] = [];
    for (const source of sources)
      looked.push(
        await lookAt(source, readImageHeader, (done) => reporter.checked(source.roles.join(' and '), done, source.samples.length)),
      );
    const pictures = layPictures(
      looked.flatMap(({ files }) => files.flat().filter((file) => 'width' in file)),
      cache,
    );
    reporter.keeping?.(pictures.slabs.reduce((sum, { byteLength }) => sum + byteLength, 0));
    const store = new PictureStore(pictures, atOnce);
    const pool = workers === 0 ? undefined : new WorkerPool(workers, { pictures });
    try {
      const failed = await fill(pictures, store, pool, (done, total) => reporter.checked('pictures in full', done, total), signal);
      const undecodable = await reasonsOf(failed, store);
      const checked = looked.map((source) => requireUsable(source, patchDemand(patch), undecodable));
      return new Loader(checked, settings, store, pool);
    } catch (error) {
      await pool?.close();
      throw error;
    }
  }

  /** What draws the patches of each source. */
  samplers(sampling: Sampling): PatchSampler[] {
    return this.sources.map((source) => new PatchSampler(source, this.store, sampling));
  }

  /**
   * The batches of a stage; those that were opened before are closed.
   * @param roles streams that it reads. @param first number of the first batch. @param end number of the one after the last.
   * @throws RuntimeFailure when there is no memory for them.
   */
  batches(sampling: Sampling, roles: ReadonlySet<string>, first: number, end: number): Batches {
    const samplers = this.samplers(sampling).filter(({ source }) => source.roles.some((role) => roles.has(role)));
    const streams = samplers.flatMap((sampler) => sampler.streams).filter(({ role }) => roles.has(role));
    this.current?.close();
    const maker = { batch: (step: number) => makeBatch(samplers, streams, step) };
    if (this.pool === undefined) return new DirectBatches(maker, end);
    const ring = makeRing(streams, first, end, this.settings.prefetch ?? usualDepth(this.pool.size, streams));
    const id = ++this.rings;
    const batches = new RingBatches(ring, this.pool, id, maker);
    this.current = batches;
    this.pool.send({ kind: 'batches', ring, id, sources: samplers.map(({ source }) => source), sampling });
    return batches;
  }

  /** Stops the making of batches and ends the threads. */
  async close(): Promise<void> {
    this.current?.close();
    await this.pool?.close();
  }
}

async function makeBatch(samplers: readonly PatchSampler[], streams: readonly BatchStream[], step: number) {
  const tensors = new Map(
    streams.map(({ role, shape }) => [role, { shape, values: new Float32Array(shape.reduce((product, side) => product * side, 1)) }]),
  );
  const targets = new Map([...tensors].map(([role, { values }]) => [role, values]));
  await Promise.all(samplers.map((sampler) => sampler.write(step, targets)));
  return tensors;
}

/** Decodes all pictures that have a place. @returns the files that could not be decoded, in their order. */
async function fill(
  pictures: SharedPictures,
  store: PictureStore,
  pool: WorkerPool | undefined,
  progress: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const numbers = pictures.files.map((_, number) => number).filter((number) => store.keeps(number));
  const failed = new Set<number>();
  let done = 0;
  const count = (number: number, hasFailed: boolean): void => {
    if (hasFailed) failed.add(number);
    progress(++done, numbers.length);
  };
  if (pool === undefined) await fillHere(numbers, pictures.files, store, count, signal);
  else await fillInWorkers(pool, pictures.files.length, count, signal);
  return [...failed].sort((a, b) => a - b).map((number) => pictures.files[number] as string);
}

async function fillHere(
  numbers: readonly number[],
  files: readonly string[],
  store: PictureStore,
  count: (number: number, failed: boolean) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const waiting = numbers.values();
  const work = async (): Promise<void> => {
    for (const number of waiting) {
      if (signal?.aborted === true) return;
      const failed = await store.get(files[number] as string).then(
        () => false,
        () => true,
      );
      count(number, failed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function fillInWorkers(
  pool: WorkerPool,
  files: number,
  count: (number: number, failed: boolean) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const stop = () => Atomics.store(counter, 0, files);
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const filled = new Promise<void>((resolve, reject) => {
    let full = 0;
    pool.listener = (reply) => {
      if (reply?.kind === 'filled') count(reply.number, reply.failed);
      if (reply?.kind === 'full' && ++full === pool.size) resolve();
      if (pool.failure === undefined) return;
      stop();
      reject(pool.failure);
    };
    pool.send({ kind: 'fill', counter });
  });
  // A signal outlives the training, and what listens to it keeps the pictures.
  return filled.finally(() => signal?.removeEventListener('abort', stop));
}

/** Why files cannot be decoded, asked for one file at a time: libvips keeps the reasons of all threads in one place, where they get mixed up. */
async function reasonsOf(files: readonly string[], store: PictureStore): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  for (const file of files) {
    try {
      await store.get(file);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'RuntimeFailure') throw error;
      reasons.set(file, error.message);
    }
  }
  return reasons;
}
