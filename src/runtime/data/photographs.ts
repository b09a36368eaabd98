import { join, resolve } from 'node:path';
import { inputFailure, isFolderThere, realName } from '../files/index.js';
import { listImages, stemOf } from './list-images.js';
import { crop, type RGBImage } from './pixels.js';
import { shrink } from './resample.js';

/** Files by the names of the pairs that are made of them. @param inputs files and folders. @throws RuntimeFailure when two have one name. */
export async function photographs(inputs: readonly string[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const file of await filesIn(inputs)) {
    const name = stemOf(file);
    const other = files.get(name);
    if (other !== undefined && resolve(other) !== resolve(file))
      throw inputFailure(`${file}: would make a pair of the same name as ${other}. Rename one of them.`);
    files.set(name, file);
  }
  return files;
}

/** The files given, and those in the folders given, in natural order. @throws RuntimeFailure */
export async function filesIn(inputs: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const input of inputs) files.push(...((await isFolderThere(input)) ? await listImages(input) : [input]));
  return files;
}

/** Refuses to write pairs over any of the files that they are made of. @param names of the pairs. */
export async function keepInputs(inputs: Iterable<string>, names: Iterable<string>, output: string): Promise<void> {
  const realInputs = new Map<string, string>();
  for (const source of inputs) realInputs.set(await realName(source), source);
  for (const name of names) {
    for (const role of ['low', 'normal']) {
      const result = join(output, role, `${name}.png`);
      const overwritten = realInputs.get(await realName(result));
      if (overwritten !== undefined)
        throw inputFailure(`${result}: the result would overwrite the photograph ${overwritten}. Choose another folder for the pairs.`);
    }
  }
}

/** How a photograph is prepared: made smaller, then cut. */
export interface Preparation {
  /** Larger pictures are made smaller until neither side is longer. */
  readonly maxSize?: number;
  /** Cuts the middle: width and height. */
  readonly crop?: readonly [number, number];
}

/** @throws RuntimeFailure for a picture that is smaller than the cut. */
export function prepare(image: RGBImage, source: string, { maxSize, crop: size }: Preparation): RGBImage {
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
