import { createHash } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { claimBatch, isReady, makeRing, publishBatch, type SharedRing, stopRing, takeBatch } from '../../../src/runtime/data/batch-ring.js';
import {
  type Batches,
  defaultWorkers,
  Loader,
  type LoaderSettings,
  listImages,
  pairFolders,
  type SampleSource,
  type Sampling,
  singles,
} from '../../../src/runtime/data/index.js';
import { badImages, writePairs } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const sampling: Sampling = {
  seed: 5,
  stage: 'stage',
  batch: 4,
  patch: [16, 24],
  augmentations: ['flip', 'scale'],
  ranges: new Map([['low', [0, 1]]]),
};
const roles = new Set(['low', 'normal', 'reference']);
const silent = { checked: () => undefined };

async function makeSources(): Promise<{ folder: string; sources: SampleSource[] }> {
  const folder = temporaryFolder();
  const pairs = await pairFolders(await writePairs(folder, 4, 60, 50));
  const { normal } = await writePairs(join(folder, 'others'), 3, 40, 30);
  const references = singles('reference', await listImages(normal));
  return {
    folder,
    sources: [
      { roles: ['low', 'normal'], samples: pairs },
      { roles: ['reference'], samples: references },
    ],
  };
}

const open = (sources: readonly SampleSource[], settings: LoaderSettings) => Loader.open(sources, settings, sampling.patch, silent);

/** A hash of each of the batches from `first` on. */
async function hashes(batches: Batches, first: number, end: number): Promise<string[]> {
  const found: string[] = [];
  for (let step = first; step < end; step++) {
    const hash = createHash('sha256');
    for (const [role, { shape, values }] of await batches.batch(step))
      hash.update(`${role} ${shape.join('x')}`).update(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    found.push(hash.digest('hex').slice(0, 16));
  }
  return found;
}

describe('the decoded pictures that are kept', () => {
  it('are not held by the signal of whoever trains one network after the other', async () => {
    const { sources } = await makeSources();
    const { signal } = new AbortController();
    const loader = await Loader.open(sources, { workers: 1 }, sampling.patch, silent, signal);
    await loader.close();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each([
    ['all', 2 ** 20, 4 * 2 * 60 * 50 * 3 + 3 * 40 * 30 * 3],
    ['as many as the bound allows', 2 * 60 * 50 * 3 + 10, 2 * 60 * 50 * 3],
    ['none', 0, 0],
  ])('are told in bytes before the first is decoded: %s', async (_which, cache, wanted) => {
    const { sources } = await makeSources();
    const told: string[] = [];
    const reporter = {
      checked: (what: string) => void told.push(what),
      keeping: (bytes: number) => void told.push(`keeping ${bytes}`),
    };
    const loader = await Loader.open(sources, { workers: 0, cache }, sampling.patch, reporter);
    await loader.close();
    const after = told.slice(told.indexOf(`keeping ${wanted}`) + 1);
    expect(told).toContain(`keeping ${wanted}`);
    expect(new Set(after)).toEqual(new Set(wanted === 0 ? [] : ['pictures in full']));
    const refuse = () => {
      throw new Error('too many');
    };
    await expect(Loader.open(sources, { cache }, sampling.patch, { ...silent, keeping: refuse })).rejects.toThrow('too many');
  });
});

describe('batches', () => {
  it('are the same byte by byte with 0, 1 and 3 workers, however much is kept, and after a resume at any step', async () => {
    const { sources } = await makeSources();
    const alone = await open(sources, { workers: 0 });
    const wanted = await hashes(alone.batches(sampling, roles, 0, 12), 0, 12);
    expect(new Set(wanted).size).toBe(12);
    // Recorded once, from the sampler as it was before workers made batches: a change would change every run.
    expect(wanted.slice(0, 2)).toEqual(['6747ef9e99fcea54', 'baa7190e9b37a4e2']);
    const loaders = await Promise.all(
      [{ workers: 1 }, { workers: 3, prefetch: 2, cache: 20_000 }].map((settings) => open(sources, settings)),
    );
    for (const loader of loaders) {
      expect(await hashes(loader.batches(sampling, roles, 0, 12), 0, 12)).toEqual(wanted);
      expect(await hashes(loader.batches(sampling, roles, 7, 12), 7, 12)).toEqual(wanted.slice(7));
    }
    const one = loaders[0] as Loader;
    const twice = one.batches(sampling, roles, 0, 12);
    expect((await twice.batch(0)).get('low')).toEqual((await twice.batch(0)).get('low'));
    expect(await hashes(twice, 1, 3)).toEqual(wanted.slice(1, 3));
    const fewer = await one.batches(sampling, new Set(['normal']), 0, 3).batch(0);
    expect([...fewer.keys()]).toEqual(['normal']);
    const stage = one.batches({ ...sampling, stage: 'other' }, roles, 0, 3);
    expect(await hashes(stage, 0, 3)).not.toEqual(wanted.slice(0, 3));
    await Promise.all([alone, ...loaders].map((loader) => loader.close()));
  });

  it('are made ahead while the thread that takes them computes without a pause, and no more than the ring holds', async () => {
    const { sources } = await makeSources();
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    try {
      const loader = await open(sources, { workers: 1, prefetch: 3 });
      const batches = loader.batches(sampling, roles, 0, 100);
      const { ring } = posted.mock.calls.map(([request]) => request).find(({ kind }) => kind === 'batches') as { ring: SharedRing };
      await batches.batch(0);
      // This thread hears nothing in the loop; the limit only ends a test that fails.
      const limit = performance.now() + 30_000;
      while (!isReady(ring, 3) && performance.now() < limit);
      expect([1, 2, 3, 4].map((step) => isReady(ring, step))).toEqual([true, true, true, false]);
      await loader.close();
    } finally {
      posted.mockRestore();
    }
  });
});

describe('a ring of batches', () => {
  const streams = [{ role: 'low', shape: [1, 2, 2, 3] }];

  it('gives slots in turn, once more when its batch was taken, and none beyond its end', () => {
    const ring = makeRing(streams, 5, 8, 2);
    const claims = [claimBatch(ring), claimBatch(ring)];
    expect(claims.map((claim) => claim?.step)).toEqual([5, 6]);
    claims[0]?.targets.get('low')?.fill(0.5);
    publishBatch(ring, 5);
    expect([5, 6].map((step) => isReady(ring, step))).toEqual([true, false]);
    expect(takeBatch(ring, 5).get('low')?.values).toEqual(new Float32Array(12).fill(0.5));
    expect([claimBatch(ring)?.step, claimBatch(ring)]).toEqual([7, undefined]);
  });

  it('that is stopped lets a thread go which has found no free slot and is about to wait', () => {
    const ring = makeRing(streams, 0, 10, 1);
    claimBatch(ring);
    const wait = vi.spyOn(Atomics, 'wait').mockImplementationOnce((_control, index, value) => {
      stopRing(ring);
      wait.mockRestore();
      // Fails after a second where it would wait for ever.
      const outcome = Atomics.wait(ring.control, index, Number(value), 1000);
      expect(outcome).toBe('not-equal');
      return outcome;
    });
    expect(claimBatch(ring)).toBeUndefined();
  });
});

describe('what goes wrong in a worker', () => {
  it('a picture that has gone, or become another, ends the training where its batch is due, with its name', async () => {
    const { sources } = await makeSources();
    const [pairs] = sources as [SampleSource];
    for (const workers of [0, 1]) {
      const loader = await open(sources, { workers, cache: 0 });
      const path = pairs.samples[1]?.files.normal as string;
      writeFileSync(path, 'no image');
      const failure = await hashes(loader.batches(sampling, roles, 0, 20), 0, 20).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        name: 'RuntimeFailure',
        kind: 'input',
        message: expect.stringMatching(/normal\/2\.png: is not an image/),
      });
      await loader.close();
      rmSync(path);
      const again = await open(sources, { workers, cache: 0 }).catch((error: unknown) => error);
      expect(again).toMatchObject({ name: 'RuntimeFailure', message: expect.stringMatching(/normal\/2\.png: there is no such file/) });
      await writePairs(join(path, '../..'), 4, 60, 50);
    }
  });

  it('the same bad files are named before a training with and without workers', async () => {
    const { sources, folder } = await makeSources();
    writeFileSync(join(folder, 'low/3.png'), (await badImages())['cut.jpg'] as Buffer);
    writeFileSync(join(folder, 'normal/1.png'), '');
    const said = await Promise.all([0, 2].map((workers) => open(sources, { workers }).catch((error: Error) => error.message)));
    expect(said[0]).toMatch(
      /^2 of the training images cannot be used:\n.*normal\/1\.png: is empty.*\n.*low\/3\.png: is truncated or damaged JPEG/,
    );
    expect(said[1]).toBe(said[0]);
  });

  it('a worker that is ended from outside is a failure that says how to go on, and leaves nothing that hangs', async () => {
    const { sources } = await makeSources();
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    try {
      const loader = await open(sources, { workers: 2 });
      const batches = loader.batches(sampling, roles, 0, 1000);
      await batches.batch(0);
      const [worker] = posted.mock.contexts as [Worker];
      await worker.terminate();
      const failure = await hashes(batches, 1, 1000).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        name: 'RuntimeFailure',
        kind: 'operation',
        message: expect.stringMatching(/ended before its work did.*Go on with --resume; with loader\.workers=0/),
      });
      await loader.close();
    } finally {
      posted.mockRestore();
    }
  });
});

describe('a worker without memory', () => {
  it('is a failure that says what to set smaller', async () => {
    vi.resetModules();
    vi.doMock('node:worker_threads', async (original) => {
      const threads = await original<typeof import('node:worker_threads')>();
      return {
        ...threads,
        Worker: class extends threads.Worker {
          constructor(file: string | URL, options?: WorkerOptions) {
            super(file, { ...options, resourceLimits: { maxOldGenerationSizeMb: 6 } });
          }
        },
      };
    });
    try {
      const { Loader: Poor } = await import('../../../src/runtime/data/index.js');
      const { sources } = await makeSources();
      await expect(Poor.open(sources, { workers: 1 }, sampling.patch, silent)).rejects.toMatchObject({
        name: 'RuntimeFailure',
        kind: 'operation',
        message: expect.stringMatching(/ran out of memory\. Set fewer loader\.workers or a smaller loader\.cache/),
      });
    } finally {
      vi.doUnmock('node:worker_threads');
    }
  });
});

it('the number of workers is sensible on few cores and on many', () => {
  expect([1, 2, 3, 4, 8, 64].map(defaultWorkers)).toEqual([1, 1, 2, 3, 4, 4]);
});
