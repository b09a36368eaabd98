import { inputFailure } from '../files/index.js';
import type { SizedFile } from './demand.js';
import { readImage } from './image.js';
import type { RGBImage } from './pixels.js';

/** Bytes of decoded pictures that a training keeps, where its run file says nothing: at most a quarter of the memory of the machine. */
export const defaultCacheLimit = 2 ** 30;

/** Pictures as threads share them: all of it is memory that they have in common, but for the names. */
export interface SharedPictures {
  readonly files: readonly string[];
  /** Width and height of each upright picture. */
  readonly sizes: Uint32Array;
  /** Slab and first byte of each picture; slab -1 for pictures that are not kept. */
  readonly places: Float64Array;
  /** What is in the place of each picture: nothing, something that a thread is writing, the picture. */
  readonly states: Int32Array;
  readonly slabs: readonly SharedArrayBuffer[];
}

const empty = 0;
const beingWritten = 1;
const ready = 2;

/** Bytes of a slab; a larger picture gets one of its own. */
const slabBytes = 2 ** 28;

/**
 * Gives each picture a place, one after the other as long as the limit lasts; those that come after it are decoded again each time. Which pictures these are depends
 * on the order of the files and the limit alone. A file that is listed twice has one place.
 * @param limit in bytes.
 */
export function layPictures(listed: readonly SizedFile[], limit: number): SharedPictures {
  const files = [...new Map(listed.map((file) => [file.path, file])).values()];
  const sizes = new Uint32Array(new SharedArrayBuffer(files.length * 8));
  const places = new Float64Array(new SharedArrayBuffer(files.length * 16));
  const lengths: number[] = [];
  let total = 0;
  files.forEach(({ width, height }, i) => {
    sizes.set([width, height], 2 * i);
    const bytes = 3 * width * height;
    if (total + bytes > limit) {
      places.set([-1, 0], 2 * i);
      return;
    }
    total += bytes;
    if (lengths.length === 0 || (lengths.at(-1) as number) + bytes > slabBytes) lengths.push(0);
    const slab = lengths.length - 1;
    places.set([slab, lengths[slab] as number], 2 * i);
    lengths[slab] = (lengths[slab] as number) + bytes;
  });
  const slabs: SharedArrayBuffer[] = [];
  for (const length of lengths) {
    const slab = allocate(length);
    if (slab === undefined) break;
    slabs.push(slab);
  }
  for (let i = 0; i < files.length; i++) if ((places[2 * i] as number) >= slabs.length) places[2 * i] = -1;
  return { files: files.map(({ path }) => path), sizes, places, states: new Int32Array(new SharedArrayBuffer(files.length * 4)), slabs };
}

/** Where the machine has not even the memory that was asked for, less is kept. */
function allocate(bytes: number): SharedArrayBuffer | undefined {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Decoded pictures as 8-bit samples, kept in memory that threads share as far as there is room: each thread makes a store of its own over it. What `get` gives depends
 * on the file alone, never on what is kept or by whom it was decoded.
 */
export class PictureStore {
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly pending = new Map<number, Promise<RGBImage>>();
  private readonly waiting: (() => void)[] = [];
  private decoding = 0;

  /** @param atOnce files that are decoded at the same time. */
  constructor(
    private readonly shared: SharedPictures,
    private readonly atOnce: number,
  ) {
    this.numbers = new Map(shared.files.map((path, i) => [path, i]));
  }

  /**
   * The decoded picture; asking twice for one that is being decoded decodes it once.
   * @throws RuntimeFailure as `readImage` for training, and for a file whose size is no longer what it was.
   */
  get(path: string): Promise<RGBImage> {
    const number = this.numbers.get(path);
    if (number === undefined) throw new Error(`${path} is no picture of this store`);
    if (Atomics.load(this.shared.states, number) === ready) return Promise.resolve(this.kept(number));
    const known = this.pending.get(number);
    if (known !== undefined) return known;
    const image = this.decode(number).finally(() => this.pending.delete(number));
    this.pending.set(number, image);
    return image;
  }

  /** Whether a picture has a place in the shared memory. */
  keeps(number: number): boolean {
    return (this.shared.places[2 * number] as number) >= 0;
  }

  private kept(number: number): RGBImage {
    const { places, sizes, slabs } = this.shared;
    const [width, height] = [sizes[2 * number] as number, sizes[2 * number + 1] as number];
    const slab = slabs[places[2 * number] as number] as SharedArrayBuffer;
    return { width, height, data: new Uint8Array(slab, places[2 * number + 1] as number, 3 * width * height) };
  }

  private async decode(number: number): Promise<RGBImage> {
    if (this.decoding >= this.atOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.decoding++;
    try {
      return this.keep(number, await this.read(number));
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.decoding--;
      else next();
    }
  }

  private async read(number: number): Promise<RGBImage> {
    const path = this.shared.files[number] as string;
    const { width, height, data } = await readImage(path, 'training');
    const [before, above] = [this.shared.sizes[2 * number], this.shared.sizes[2 * number + 1]];
    if (width !== before || height !== above)
      throw inputFailure(
        `${path}: is ${width}x${height} pixels now and was ${before}x${above} when the training began. Restore the file and go on with --resume.`,
      );
    return { width, height, data };
  }

  /** Puts a picture in its place, if it has one and no other thread is at it. */
  private keep(number: number, image: RGBImage): RGBImage {
    if (!this.keeps(number) || Atomics.compareExchange(this.shared.states, number, empty, beingWritten) !== empty) return image;
    const kept = this.kept(number);
    kept.data.set(image.data);
    Atomics.store(this.shared.states, number, ready);
    return kept;
  }
}
