import { crop, type Pair, type RGBImage, readImage } from '../../data/index.js';
import type { Enhancer } from '../../enhance/index.js';
import type { SampleRow } from '../../observe/index.js';

/** Roles of the streams that a sample shows. */
export interface SampleRoles {
  readonly input: string;
  /** Absent where the model is trained without pairs. */
  readonly truth?: string;
}

/**
 * Enhances each pair's input with the model as it is now.
 * @param largestSide pixels: larger images are shown by their middle.
 * @throws RuntimeFailure, EngineFailure
 */
export async function takeSamples(
  pairs: readonly Pair[],
  roles: SampleRoles,
  enhancer: Enhancer,
  largestSide: number,
): Promise<SampleRow[]> {
  const read = async (path: string | undefined) => middle(await readImage(path as string, 'training'), largestSide);
  const rows: SampleRow[] = [];
  for (const { name, files } of pairs) {
    const input = await read(files[roles.input]);
    const row = { name, input, output: await enhancer.enhance(input) };
    rows.push(roles.truth === undefined ? row : { ...row, truth: await read(files[roles.truth]) });
  }
  return rows;
}

function middle(image: RGBImage, largestSide: number): RGBImage {
  const width = Math.min(largestSide, image.width);
  const height = Math.min(largestSide, image.height);
  return crop(image, (image.width - width) >> 1, (image.height - height) >> 1, width, height);
}
