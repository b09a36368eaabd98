import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { random } from './random.js';

/** Pictures that are drawn together: one role, or the roles of a pair, whose pictures show the same scene. */
export interface PictureSource {
  readonly roles: readonly string[];
  /** The files of each sample, in the order of the roles. */
  readonly samples: readonly (readonly string[])[];
}

export interface Sampling {
  readonly seed: number;
  readonly batch: number;
  /** Height and width of a patch. */
  readonly patch: readonly [number, number];
  /** Mirrors half of the patches from left to right. */
  readonly flip: boolean;
  /** Makes half of the pictures smaller before a patch is cut. */
  readonly scale: boolean;
  /** Values of the darkest and the brightest sample. */
  readonly range: readonly [number, number];
}

const pictureNames = /\.(png|jpe?g|webp)$/i;
const scaleFactors = [1, 1, 1, 1, 0.9, 0.8, 0.7, 0.6];

/** Finds the pictures of one folder for each role; those of several roles are matched by their names without extension. */
export async function openPictures(folders: Readonly<Record<string, string>>): Promise<PictureSource> {
  const roles = Object.keys(folders);
  const byName = await Promise.all(
    Object.values(folders).map(async (folder) => {
      const names = (await readdir(folder)).filter((name) => pictureNames.test(name)).sort();
      if (names.length === 0) throw new Error(`${folder} holds no pictures (.png, .jpg, .webp)`);
      return new Map(names.map((name) => [parse(name).name, join(folder, name)]));
    }),
  );
  const names = new Set(byName.flatMap((files) => [...files.keys()]));
  const samples = [...names].map((name) =>
    byName.map((files, i) => {
      const file = files.get(name);
      if (!file) throw new Error(`there is no ${name}.* in ${Object.values(folders)[i]}, its partner is`);
      return file;
    }),
  );
  return { roles, samples };
}

interface Picture {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Decoded pictures are kept up to this many bytes. */
const cacheLimit = 2 ** 30;

/**
 * Draws batches of patches. Each picture is cut into patches on a grid with an origin of its own in each epoch; an epoch visits each patch
 * once in random order. A batch depends on the seed, the stage and the step alone, so that a resumed training sees what it would have seen.
 */
export class PatchSampler {
  private readonly cache = new Map<string, Picture>();
  private cached = 0;
  private order: { readonly key: string; readonly patches: readonly number[] } | undefined;

  private constructor(
    readonly source: PictureSource,
    private readonly sampling: Sampling,
    /** Which picture each patch of an epoch is cut from, and its place on the grid. */
    private readonly patches: readonly { readonly sample: number; readonly row: number; readonly column: number }[],
  ) {}

  /** Looks at every picture. @throws Error for pictures smaller than a patch and pairs of different sizes. */
  static async open(source: PictureSource, sampling: Sampling): Promise<PatchSampler> {
    const [height, width] = sampling.patch;
    const patches: { sample: number; row: number; column: number }[] = [];
    for (const [sample, files] of source.samples.entries()) {
      const sizes = await Promise.all(files.map((file) => sizeOf(file)));
      const [first] = sizes;
      if (!first || sizes.some((size) => size.width !== first.width || size.height !== first.height)) {
        throw new Error(`${files.join(' and ')} are not of the same size`);
      }
      if (first.height < height || first.width < width) throw new Error(`${files[0]} is smaller than a patch of ${width}x${height}`);
      for (let row = 0; (row + 1) * height <= first.height; row++) {
        for (let column = 0; (column + 1) * width <= first.width; column++) patches.push({ sample, row, column });
      }
    }
    return new PatchSampler(source, sampling, patches);
  }

  /** Epoch, from 0, in which batch `step` starts. */
  epochOf(step: number): number {
    return Math.floor((step * this.sampling.batch) / this.patches.length);
  }

  stepsFor(epochs: number): number {
    return Math.ceil((epochs * this.patches.length) / this.sampling.batch);
  }

  /** Batch number `step` of a stage, from 0: a tensor [batch, height, width, 3] with values in `range` for each role. */
  async batch(stage: string, step: number): Promise<Record<string, tf.Tensor4D>> {
    const { batch, patch, range } = this.sampling;
    const [low, high] = range;
    const draws = await Promise.all(Array.from({ length: batch }, (_, k) => this.draw(stage, step * batch + k)));
    return Object.fromEntries(
      this.source.roles.map((role, i) => {
        const values = Float32Array.from(
          Buffer.concat(draws.flatMap((pixels) => pixels[i] ?? [])),
          (byte) => low + (byte * (high - low)) / 255,
        );
        return [role, tf.tensor4d(values, [batch, patch[0], patch[1], 3])];
      }),
    );
  }

  /** The pixels of draw `number`, one patch for each role. */
  private async draw(stage: string, number: number): Promise<Buffer[]> {
    const { seed, patch, flip, scale } = this.sampling;
    const epoch = Math.floor(number / this.patches.length);
    const place = this.patches[this.shuffled(stage, epoch)[number % this.patches.length] ?? 0];
    if (!place) throw new Error('there are no pictures');
    const name = `${stage}/${this.source.roles.join('+')}`;
    const pictures = await Promise.all((this.source.samples[place.sample] ?? []).map((file) => this.decode(file)));
    const origin = random(seed, `${name}/origin/${epoch}/${place.sample}`);
    const choice = random(seed, `${name}/augmentation/${number}`);
    const mirrored = flip && choice.below(0, 2) === 1;
    const factor = scale ? (scaleFactors[choice.below(1, scaleFactors.length)] ?? 1) : 1;
    return Promise.all(
      pictures.map(({ data, width, height }) => {
        const top = place.row * patch[0] + origin.below(0, (height % patch[0]) + 1);
        const left = place.column * patch[1] + origin.below(1, (width % patch[1]) + 1);
        const reached = Math.max(factor, patch[0] / height, patch[1] / width);
        const size = { height: Math.round(patch[0] / reached), width: Math.round(patch[1] / reached) };
        const region = { ...size, top: Math.min(top, height - size.height), left: Math.min(left, width - size.width) };
        const cut = sharp(data, { raw: { width, height, channels: 3 } })
          .extract(region)
          .resize({ width: patch[1], height: patch[0], fit: 'fill', kernel: 'linear' });
        return cut.flop(mirrored).raw().toBuffer();
      }),
    );
  }

  /** The patches of an epoch in their order (Fisher and Yates). */
  private shuffled(stage: string, epoch: number): readonly number[] {
    const key = `${stage}/${this.source.roles.join('+')}/order/${epoch}`;
    if (this.order?.key !== key) {
      const generator = random(this.sampling.seed, key);
      const patches = this.patches.map((_, i) => i);
      for (let i = patches.length - 1; i > 0; i--) {
        const j = generator.below(i, i + 1);
        [patches[i], patches[j]] = [patches[j] ?? 0, patches[i] ?? 0];
      }
      this.order = { key, patches };
    }
    return this.order.patches;
  }

  private async decode(file: string): Promise<Picture> {
    const known = this.cache.get(file);
    if (known) return known;
    const { data, info } = await sharp(file).autoOrient().removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const picture = { data, width: info.width, height: info.height };
    if (this.cached + data.length <= cacheLimit) {
      this.cache.set(file, picture);
      this.cached += data.length;
    }
    return picture;
  }
}

/** Width and height of a picture that stands upright. */
async function sizeOf(file: string): Promise<{ width: number; height: number }> {
  return (await sharp(file).metadata()).autoOrient;
}

/** Batches of several sources, of which a stage gets the streams that it reads. The first source counts the epochs. */
export async function openBatches<Batch extends Record<string, tf.Tensor4D>>(
  folders: readonly Readonly<Record<string, string>>[],
  sampling: Sampling,
) {
  const samplers = await Promise.all(folders.map(async (source) => PatchSampler.open(await openPictures(source), sampling)));
  return {
    async batch({ name, streams }: { readonly name: string; readonly streams: readonly string[] }, step: number) {
      const read = samplers.filter(({ source }) => source.roles.some((role) => streams.includes(role)));
      const batches = await Promise.all(read.map((sampler) => sampler.batch(name, step)));
      return Object.assign({}, ...batches) as Batch;
    },
    epochOf: (step: number) => samplers[0]?.epochOf(step) ?? 0,
    stepsFor: (epochs: number) => samplers[0]?.stepsFor(epochs) ?? 0,
  };
}
