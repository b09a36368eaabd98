import { crop, type Pair, type RGBImage, readImage, reduceByMeans, reducible, type SampleRoles } from '../../data/index.js';
import type { Enhancer } from '../../enhance/index.js';
import { enlarge } from '../../metrics/index.js';
import type { SampleRow } from '../../observe/index.js';

/**
 * Enhances each pair's input with the model as it is now. An input that is reduced for the model is shown enlarged again, so that the images of a row are of one size.
 * @param largestSide pixels: larger images are shown by their middle.
 * @throws RuntimeFailure, EngineFailure
 */
export async function takeSamples(
  pairs: readonly Pair[],
  { input: inputRole, truth: truthRole, reduction }: SampleRoles,
  enhancer: Enhancer,
  largestSide: number,
): Promise<SampleRow[]> {
  const read = async (path: string | undefined) => middle(await readImage(path as string, 'training'), largestSide);
  const rows: SampleRow[] = [];
  for (const { name, files } of pairs) {
    const input = reduceByMeans(await read(files[inputRole]), reduction);
    const truth = truthRole === undefined ? undefined : reducible(await read(files[truthRole]), reduction);
    rows.push({
      name,
      input: enlarge(input, reduction),
      ...(reduction > 1 && { enlarged: reduction }),
      output: await enhancer.enhance(input),
      ...(truth && { truth }),
    });
  }
  return rows;
}

function middle(image: RGBImage, largestSide: number): RGBImage {
  const width = Math.min(largestSide, image.width);
  const height = Math.min(largestSide, image.height);
  return crop(image, (image.width - width) >> 1, (image.height - height) >> 1, width, height);
}
