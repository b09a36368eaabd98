import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { inputFailure, makeFolder, mfncVersion, realName, systemFailure, writeFileAtomically } from '../files/index.js';
import { type Darkening, type DarkeningRanges, darken, defaultDarkening, drawDarkening } from './darken.js';
import { encodeImage } from './encode-image.js';
import { readImage } from './image.js';
import { listImages, stemOf } from './list-images.js';
import { crop, type RGBImage } from './pixels.js';
import { Random } from './random.js';
import { shrink } from './resample.js';

export interface DarkenOptions {
  readonly seed: number;
  /** Larger pictures are made smaller until neither side is longer. */
  readonly maxSize?: number;
  /** Cuts the middle: width and height. Applied after `maxSize`. */
  readonly crop?: readonly [number, number];
  readonly ranges?: DarkeningRanges;
}

/** What darken.json records of one pair. */
export interface DarkenedPair extends Darkening {
  readonly name: string;
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes pairs for a training of well-lit photographs: OUT/normal/NAME.png and OUT/low/NAME.png, and OUT/darken.json with how each was darkened. The same photographs,
 * seed and options always give the same pairs.
 * @param inputs files and folders. @param done called after each pair with how many of `total` are done.
 * @throws RuntimeFailure when a photograph cannot be read, two have the same name, a picture is smaller than the crop, or a result would overwrite a photograph.
 */
export async function darkenFiles(
  inputs: readonly string[],
  output: string,
  options: DarkenOptions,
  done: (count: number, total: number) => void = () => undefined,
): Promise<DarkenedPair[]> {
  const files = await photographs(inputs);
  await keepInputs(files, output);
  await makeFolder(join(output, 'low'));
  await makeFolder(join(output, 'normal'));
  const pairs: DarkenedPair[] = [];
  for (const [name, source] of files) {
    const normal = prepare(await readImage(source, 'training'), source, options);
    const darkening = drawDarkening(options.seed, name, options.ranges ?? defaultDarkening);
    const low = darken(normal, darkening, new Random(options.seed, 'noise', name));
    await writeFileAtomically(join(output, 'normal', `${name}.png`), await encodeImage(normal, 'png'));
    await writeFileAtomically(join(output, 'low', `${name}.png`), await encodeImage(low, 'png'));
    pairs.push({ name, source, width: normal.width, height: normal.height, ...darkening });
    done(pairs.length, files.size);
  }
  const record = {
    mfnc: mfncVersion,
    seed: options.seed,
    maxSize: options.maxSize,
    crop: options.crop,
    ranges: options.ranges ?? defaultDarkening,
    pairs,
  };
  await writeFileAtomically(join(output, 'darken.json'), `${JSON.stringify(record, null, 2)}\n`);
  return pairs;
}

async function photographs(inputs: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const input of inputs) {
    for (const file of (await isFolder(input)) ? await listImages(input) : [input]) {
      const name = stemOf(file);
      const other = files.get(name);
      if (other !== undefined && resolve(other) !== resolve(file))
        throw inputFailure(`${file}: would make a pair of the same name as ${other}. Rename one of them.`);
      files.set(name, file);
    }
  }
  return files;
}

/** Refuses to write over any of the photographs. */
async function keepInputs(files: ReadonlyMap<string, string>, output: string): Promise<void> {
  const inputs = new Map<string, string>();
  for (const source of files.values()) inputs.set(await realName(source), source);
  for (const name of files.keys()) {
    for (const role of ['low', 'normal']) {
      const result = join(output, role, `${name}.png`);
      const overwritten = inputs.get(await realName(result));
      if (overwritten !== undefined)
        throw inputFailure(`${result}: the result would overwrite the photograph ${overwritten}. Choose another folder for the pairs.`);
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw systemFailure(error, 'read', path);
  }
}

function prepare(image: RGBImage, source: string, { maxSize, crop: size }: DarkenOptions): RGBImage {
  const smaller = maxSize === undefined ? image : shrink(image, maxSize);
  if (size === undefined) return smaller;
  const [width, height] = size;
  if (smaller.width < width || smaller.height < height) {
    throw inputFailure(
      `${source}: is ${smaller.width}x${smaller.height} pixels${smaller === image ? '' : ' after --max-size'}, smaller than the crop of ${width}x${height}.`,
    );
  }
  return crop(smaller, (smaller.width - width) >> 1, (smaller.height - height) >> 1, width, height);
}
