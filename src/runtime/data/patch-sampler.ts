import type { HostTensor } from '../engines/engine.js';
import type { BatchStream } from './batch-ring.js';
import { defaultRange, type RGBImage, type ValueRange } from './pixels.js';
import { Random } from './random.js';
import { type Region, resampleRegion } from './resample.js';
import type { CheckedSource, SizedSample } from './sample-source.js';

/** How patches are drawn from a source. */
export interface Sampling {
  readonly seed: number;
  /** Name of the stage: each stage draws an order of its own. */
  readonly stage: string;
  readonly batch: number;
  /** Height and width of a patch in pixels. */
  readonly patch: readonly [number, number];
  readonly augmentations: readonly ('flip' | 'scale')[];
  /** Range of values of a role; [-1, 1] where it is not given. */
  readonly ranges?: ReadonlyMap<string, ValueRange>;
}

/** What a patch of a batch was cut from. */
export interface DrawnPatch {
  /** In the order of the source's roles. */
  readonly files: readonly string[];
  /** In pixels of the image; larger than the patch where the image was made smaller. */
  readonly region: Region;
  readonly mirrored: boolean;
}

/** Where decoded pictures come from. */
export interface PictureSource {
  get(path: string): Promise<RGBImage>;
}

/**
 * Factors by which an image is made smaller before its patch is cut; the paper says only "scaling". Half of the patches keep their resolution,
 * since resampling also smooths the noise that is to be learnt.
 */
export const scaleFactors: readonly number[] = [1, 1, 1, 1, 0.9, 0.8, 0.7, 0.6];

/**
 * Draws batches of patches without end. Each image is cut into non-overlapping patches on a grid, whose origin is drawn anew for each image and pass; a pass
 * visits every patch once in random order, and batches run on from one pass into the next. With `flip`, half of the patches are mirrored from left
 * to right; with `scale`, a patch is cut from the image made smaller by one of `scaleFactors`, around the same place.
 *
 * A batch depends on the sampling, the files and its number alone: batches may be asked for in any order, and a resumed run draws what an
 * uninterrupted one would have drawn.
 */
export class PatchSampler {
  /** Number of patches of a pass over the source, one epoch. */
  readonly patchesPerPass: number;
  /** Number of the first patch of each sample. */
  private readonly starts: Uint32Array;
  private order: { readonly pass: number; readonly permutation: Uint32Array } | undefined;

  constructor(
    readonly source: CheckedSource,
    private readonly pictures: PictureSource,
    private readonly sampling: Sampling,
  ) {
    const [height, width] = sampling.patch;
    this.starts = new Uint32Array(source.samples.length);
    let count = 0;
    source.samples.forEach((sample, i) => {
      this.starts[i] = count;
      count += Math.floor(sample.height / height) * Math.floor(sample.width / width);
    });
    this.patchesPerPass = count;
  }

  /** Pass over the source, from 0, in which batch `step` starts. */
  epochOf(step: number): number {
    return Math.floor((step * this.sampling.batch) / this.patchesPerPass);
  }

  /** Steps after which `epochs` passes are complete. */
  stepsFor(epochs: number): number {
    return Math.ceil((epochs * this.patchesPerPass) / this.sampling.batch);
  }

  /** Where batch number `step` begins: the pass, and how many of its patches were drawn before. */
  cursor(step: number): { readonly pass: number; readonly drawn: number } {
    const number = step * this.sampling.batch;
    return { pass: this.epochOf(step), drawn: number % this.patchesPerPass };
  }

  /** What batch number `step`, from 0, is cut from, without reading it. */
  patches(step: number): DrawnPatch[] {
    return Array.from({ length: this.sampling.batch }, (_, k) => {
      const { sample, region, mirrored } = this.draw(step * this.sampling.batch + k);
      return { files: this.source.roles.map((role) => sample.files[role] as string), region, mirrored };
    });
  }

  /** The streams that a batch has, in the order of the source's roles. */
  get streams(): BatchStream[] {
    const { batch, patch } = this.sampling;
    return this.source.roles.map((role) => ({ role, shape: [batch, patch[0], patch[1], 3] }));
  }

  /**
   * Batch number `step`, from 0.
   * @returns a tensor [batch, height, width, 3] for each role. @throws RuntimeFailure when an image cannot be read.
   */
  async batch(step: number): Promise<Map<string, HostTensor>> {
    const tensors = new Map<string, HostTensor>();
    for (const { role, shape } of this.streams)
      tensors.set(role, { shape, values: new Float32Array(shape.reduce((product, side) => product * side, 1)) });
    await this.write(step, new Map([...tensors].map(([role, { values }]) => [role, values])));
    return tensors;
  }

  /**
   * Writes batch number `step`, from 0, to where its roles go; roles without a target are left out.
   * @throws RuntimeFailure when an image cannot be read.
   */
  async write(step: number, targets: ReadonlyMap<string, Float32Array>): Promise<void> {
    const { batch, patch, ranges } = this.sampling;
    const draws = Array.from({ length: batch }, (_, k) => this.draw(step * batch + k));
    const size = patch[0] * patch[1] * 3;
    for (const role of this.source.roles) {
      const target = targets.get(role);
      if (target === undefined) continue;
      const images = await Promise.all(draws.map(({ sample }) => this.pictures.get(sample.files[role] as string)));
      images.forEach((image, k) => {
        const { region, mirrored } = draws[k] as Draw;
        writePatch(target.subarray(k * size, (k + 1) * size), image, region, mirrored, patch, ranges?.get(role) ?? defaultRange);
      });
    }
  }

  private draw(number: number): Draw {
    const { seed, stage, patch, augmentations } = this.sampling;
    const pass = Math.floor(number / this.patchesPerPass);
    const index = this.permutation(pass)[number % this.patchesPerPass] as number;
    const position = this.sampleAt(index);
    const sample = this.source.samples[position] as SizedSample;
    const cell = index - (this.starts[position] as number);
    const name = this.source.roles.join('+');
    const origin = new Random(seed, stage, name, 'origin', pass, position);
    const columns = Math.floor(sample.width / patch[1]);
    const rows = Math.floor(sample.height / patch[0]);
    const top = origin.below(sample.height - rows * patch[0] + 1) + Math.floor(cell / columns) * patch[0];
    const left = origin.below(sample.width - columns * patch[1] + 1) + (cell % columns) * patch[1];
    const random = new Random(seed, stage, name, 'augmentation', number);
    const mirrored = random.below(2) === 1 && augmentations.includes('flip');
    const factor = scaleFactors[random.below(scaleFactors.length)] as number;
    const region = { left, top, width: patch[1], height: patch[0] };
    return { sample, mirrored, region: augmentations.includes('scale') ? enlarge(region, factor, sample) : region };
  }

  private permutation(pass: number): Uint32Array {
    if (this.order?.pass !== pass) {
      const { seed, stage } = this.sampling;
      const random = new Random(seed, stage, this.source.roles.join('+'), 'order', pass);
      this.order = { pass, permutation: random.permutation(this.patchesPerPass) };
    }
    return this.order.permutation;
  }

  /** Sample that holds patch `index`: the last one that starts at or before it. */
  private sampleAt(index: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

interface Draw {
  readonly sample: SizedSample;
  readonly region: Region;
  readonly mirrored: boolean;
}

/** The region that becomes the patch when the image is made smaller by `factor`: around the same centre, within the image, of the same aspect. */
function enlarge(region: Region, factor: number, image: { readonly width: number; readonly height: number }): Region {
  const reached = Math.max(factor, region.width / image.width, region.height / image.height);
  const width = Math.min(image.width, Math.round(region.width / reached));
  const height = Math.min(image.height, Math.round(region.height / reached));
  const left = Math.min(Math.max(0, region.left - ((width - region.width) >> 1)), image.width - width);
  const top = Math.min(Math.max(0, region.top - ((height - region.height) >> 1)), image.height - height);
  return { left, top, width, height };
}

function writePatch(
  to: Float32Array,
  image: RGBImage,
  region: Region,
  mirrored: boolean,
  patch: readonly [number, number],
  range: ValueRange,
): void {
  const [height, width] = patch;
  const scale = (range[1] - range[0]) / 255;
  if (region.height === height && region.width === width) {
    copyPatch(to, image, region, mirrored, range[0], scale);
    return;
  }
  const samples = resampleRegion(image, region, height, width);
  const step = mirrored ? -3 : 3;
  for (let y = 0, at = 0; y < height; y++) {
    let from = (y * width + (mirrored ? width - 1 : 0)) * 3;
    for (let x = 0; x < width; x++, from += step, at += 3) {
      to[at] = range[0] + scale * (samples[from] as number);
      to[at + 1] = range[0] + scale * (samples[from + 1] as number);
      to[at + 2] = range[0] + scale * (samples[from + 2] as number);
    }
  }
}

/** Writes a region as it is, without resampling. */
function copyPatch(
  to: Float32Array,
  { data, width: stride }: RGBImage,
  region: Region,
  mirrored: boolean,
  minimum: number,
  scale: number,
): void {
  const step = mirrored ? -3 : 3;
  for (let y = 0, at = 0; y < region.height; y++) {
    let from = ((region.top + y) * stride + region.left + (mirrored ? region.width - 1 : 0)) * 3;
    for (let x = 0; x < region.width; x++, from += step, at += 3) {
      to[at] = minimum + scale * (data[from] as number);
      to[at + 1] = minimum + scale * (data[from + 1] as number);
      to[at + 2] = minimum + scale * (data[from + 2] as number);
    }
  }
}
