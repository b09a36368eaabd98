import { join } from 'node:path';
import { crop, encodeImage, type Pair, type RGBImage, readImage } from '../data/index.js';
import type { Enhancer } from '../enhance/index.js';
import { writeFileAtomically } from '../files/index.js';
import type { SampleRow, Samples, TrainObserver } from './observer.js';

/** Largest height and width of a sample; larger images are shown by their middle. */
const largestSide = 384;
const gap = 4;

/** Roles of the streams that a sample shows. */
export interface SampleRoles {
  readonly input: string;
  /** Absent where the model is trained without pairs. */
  readonly truth?: string;
}

/**
 * Enhances the middle of each pair's input with the model as it is now.
 * @throws RuntimeFailure, EngineFailure
 */
export async function takeSamples(pairs: readonly Pair[], roles: SampleRoles, enhancer: Enhancer): Promise<SampleRow[]> {
  const rows: SampleRow[] = [];
  for (const { name, files } of pairs) {
    const input = middle(await readImage(files[roles.input] as string, 'training'));
    const row = { name, input, output: await enhancer.enhance(input) };
    rows.push(roles.truth === undefined ? row : { ...row, truth: middle(await readImage(files[roles.truth] as string, 'training')) });
  }
  return rows;
}

/** Writes `<stage>-<step>.png` of all samples into a folder: a row for each pair with input, output and truth. */
export class SampleFiles implements TrainObserver {
  constructor(private readonly folder: string) {}

  /** @throws RuntimeFailure */
  async sampled({ stage, step, rows }: Samples): Promise<void> {
    const images = rows.map(({ input, output, truth }) => [input, output, ...(truth === undefined ? [] : [truth])]);
    const file = join(this.folder, `${stage}-${String(step).padStart(6, '0')}.png`);
    await writeFileAtomically(file, await encodeImage(joinGrid(images), 'png'));
  }
}

function middle(image: RGBImage): RGBImage {
  const width = Math.min(largestSide, image.width);
  const height = Math.min(largestSide, image.height);
  return crop(image, (image.width - width) >> 1, (image.height - height) >> 1, width, height);
}

/** Puts images side by side and rows below each other on white, a narrow gap between them. */
export function joinGrid(rows: readonly (readonly RGBImage[])[]): RGBImage {
  const rowWidth = (row: readonly RGBImage[]) => row.reduce((sum, { width }) => sum + width + gap, -gap);
  const rowHeight = (row: readonly RGBImage[]) => Math.max(...row.map(({ height }) => height));
  const width = Math.max(...rows.map(rowWidth));
  const height = rows.reduce((sum, row) => sum + rowHeight(row) + gap, -gap);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const row of rows) {
    let left = 0;
    for (const image of row) {
      for (let y = 0; y < image.height; y++) {
        data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), ((top + y) * width + left) * 3);
      }
      left += image.width + gap;
    }
    top += rowHeight(row) + gap;
  }
  return { width, height, data };
}
