import { describe, expect, it } from 'vitest';
import {
  type CheckedSource,
  Loader,
  layPictures,
  PatchSampler,
  PictureStore,
  pairFolders,
  readImage,
  type Sampling,
  toTensor,
} from '../../../src/runtime/data/index.js';
import { writePairs } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const plain: Sampling = { seed: 1, stage: 's', batch: 5, patch: [16, 24], augmentations: [] };

async function openSource(count = 3, width = 75, height = 50) {
  const samples = await pairFolders(await writePairs(temporaryFolder(), count, width, height));
  const loader = await Loader.open([{ roles: ['low', 'normal'], samples }], { workers: 0 }, plain.patch, { checked: () => undefined });
  const [source] = loader.sources as [CheckedSource];
  return { cache: storeOf(source), source };
}

/** The pictures of a source, kept decoded within so many bytes. */
function storeOf({ samples, roles }: CheckedSource, limit = Number.POSITIVE_INFINITY): PictureStore {
  const files = samples.flatMap(({ files, width, height }) => roles.map((role) => ({ path: files[role] as string, width, height })));
  return new PictureStore(layPictures(files, limit), 2);
}

/** Values of a role of a batch. */
function valuesOf(batch: Awaited<ReturnType<PatchSampler['batch']>>, role: string): Float32Array {
  return batch.get(role)?.values ?? new Float32Array();
}

const rows = (values: Float32Array, size: number) =>
  Array.from({ length: values.length / size }, (_, i) => [...values.subarray(i * size, (i + 1) * size)].join());

describe('patches', async () => {
  it('of a pass are all different, disjoint and as many as the grid has', async () => {
    const { cache, source } = await openSource();
    const sampler = new PatchSampler(source, cache, { ...plain, batch: 27 });
    expect(sampler.patchesPerPass).toBe(3 * 3 * 3);
    const batch = await sampler.batch(0);
    expect(batch.get('low')?.shape).toEqual([27, 16, 24, 3]);
    expect(new Set(rows(valuesOf(batch, 'normal'), 16 * 24 * 3)).size).toBe(27);
  });

  it('without augmentation are parts of the images, at the same place in all roles', async () => {
    const { cache, source } = await openSource(1);
    const sampler = new PatchSampler(source, cache, plain);
    const whole = new Map<string, Float32Array>();
    for (const role of source.roles)
      whole.set(role, toTensor(await readImage(source.samples[0]?.files[role] as string, 'training'), [-1, 1]).values);
    const batch = await sampler.batch(0);
    const [first] = rows(valuesOf(batch, 'normal').subarray(0, 16 * 24 * 3), 24 * 3);
    const normal = whole.get('normal') as Float32Array;
    const at = Array.from({ length: 50 * 75 }, (_, i) => i * 3).filter((i) => [...normal.subarray(i, i + 72)].join() === first);
    expect(at).toHaveLength(1);
    const low = rows(valuesOf(batch, 'low').subarray(0, 16 * 24 * 3), 24 * 3);
    expect([...(whole.get('low') as Float32Array).subarray(at[0], (at[0] as number) + 72)].join()).toBe(low[0]);
  });

  it('depend on seed, stage and step alone, not on the order in which batches are asked for', async () => {
    const { cache, source } = await openSource();
    const sampling: Sampling = { ...plain, augmentations: ['flip', 'scale'] };
    const forwards = new PatchSampler(source, cache, sampling);
    const backwards = new PatchSampler(source, storeOf(source, 0), sampling);
    const a = [await forwards.batch(0), await forwards.batch(7), await forwards.batch(8)];
    const b = [await backwards.batch(8), await backwards.batch(7), await backwards.batch(0)].reverse();
    expect(a).toEqual(b);
    const other = new PatchSampler(source, cache, { ...sampling, seed: 2 });
    expect(await other.batch(0)).not.toEqual(a[0]);
    const stage = new PatchSampler(source, cache, { ...sampling, stage: 't' });
    expect(await stage.batch(0)).not.toEqual(a[0]);
  });

  it('run on from one pass into the next', async () => {
    const { cache, source } = await openSource();
    const sampler = new PatchSampler(source, cache, plain);
    expect([sampler.epochOf(5), sampler.epochOf(6), sampler.stepsFor(1), sampler.stepsFor(2)]).toEqual([0, 1, 6, 11]);
    expect((await sampler.batch(5)).get('low')?.shape[0]).toBe(5);
  });

  it('are mirrored half of the time with flip', async () => {
    const { cache, source } = await openSource(1, 24, 16);
    const batch = async (augmentations: Sampling['augmentations']) =>
      rows(
        (await new PatchSampler(source, cache, { ...plain, batch: 64, augmentations }).batch(0)).get('low')?.values as Float32Array,
        16 * 24 * 3,
      );
    expect(new Set(await batch([])).size).toBe(1);
    const flipped = await batch(['flip']);
    expect(new Set(flipped).size).toBe(2);
    expect(flipped.filter((row) => row === flipped[0]).length).toBeGreaterThan(16);
    expect(flipped.filter((row) => row === flipped[0]).length).toBeLessThan(48);
  });

  it('stay within [-1, 1] and the image with scale', async () => {
    const { cache, source } = await openSource(2, 40, 30);
    const batch = await new PatchSampler(source, cache, { ...plain, batch: 40, augmentations: ['scale'] }).batch(0);
    const values = valuesOf(batch, 'normal');
    expect(values.every((value) => value >= -1 && value <= 1)).toBe(true);
  });

  it('take the range that the network wants', async () => {
    const { cache, source } = await openSource(1);
    const batch = await new PatchSampler(source, cache, { ...plain, ranges: new Map([['low', [0, 1]]]) }).batch(0);
    expect(Math.min(...valuesOf(batch, 'low'))).toBeGreaterThanOrEqual(0);
    expect(Math.min(...valuesOf(batch, 'normal'))).toBeLessThan(0.9);
  });
});
