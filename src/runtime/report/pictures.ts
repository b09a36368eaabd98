import { join } from 'node:path';
import sharp from 'sharp';
import { type RGBImage, readImage, splitGrid } from '../data/index.js';
import { type Moment, RuntimeFailure } from '../files/index.js';
import type { PictureRecord, SampleRecord } from '../observe/index.js';

/** An image of the page. */
export interface EmbeddedImage {
  readonly kind: 'input' | 'output' | 'truth';
  /** data: URI. */
  readonly uri: string;
}

/** A pair on the page. */
export interface PictureRow {
  readonly name: string;
  /** Of each image, in pixels. */
  readonly width: number;
  readonly height: number;
  /** How many times the input is enlarged to be of this size; absent where it is not. */
  readonly enlarged?: number;
  readonly images: readonly EmbeddedImage[];
}

/** The samples of a run: the latest with all their images, earlier ones with what the model made then. */
export interface SampleHistory extends Moment {
  readonly rows: readonly PictureRow[];
  /** Oldest first, without the latest. For each row the data: URI of the output, null where there is none. */
  readonly earlier: readonly (Moment & { readonly outputs: readonly (string | null)[] })[];
}

/** Moments of which outputs are shown besides the latest. */
const mostEarlier = 7;
const quality = 85;

/** Bytes of images that a page may still hold. */
export class PictureBudget {
  constructor(private left: number) {}

  /** Whether there is room; takes it. */
  take(uris: readonly (string | null)[]): boolean {
    const size = uris.reduce((sum, uri) => sum + (uri?.length ?? 0), 0);
    if (size > this.left) return false;
    this.left -= size;
    return true;
  }
}

/**
 * The pairs on a picture of a run.
 * @param folder of the run. @returns those for which there is room; none where the picture is gone, cut, or another's.
 */
export async function pictureRows(folder: string, record: PictureRecord, budget: PictureBudget): Promise<PictureRow[]> {
  const rows: PictureRow[] = [];
  for (const [i, images] of (await imagesOn(folder, record)).entries()) {
    const { columns, ...row } = record.rows[i] as PictureRecord['rows'][number];
    const embedded = await Promise.all(
      images.map(async (image, at) => ({ kind: columns[at] as EmbeddedImage['kind'], uri: await dataURI(image) })),
    );
    if (!budget.take(embedded.map(({ uri }) => uri))) break;
    rows.push({ ...row, images: embedded });
  }
  return rows;
}

/** The samples as they are now and as they were. @returns undefined where there are none. */
export async function sampleHistory(
  folder: string,
  records: readonly SampleRecord[],
  budget: PictureBudget,
): Promise<SampleHistory | undefined> {
  const latest = records.at(-1);
  if (latest === undefined) return undefined;
  const rows = await pictureRows(folder, latest, budget);
  const earlier: SampleHistory['earlier'][number][] = [];
  // The newest first, so that the oldest are what there is no room for.
  for (const record of spread(records.slice(0, -1), mostEarlier).reverse()) {
    const images = await imagesOn(folder, record);
    const outputs: (string | null)[] = [];
    for (const { name } of rows) {
      const at = record.rows.findIndex((row) => row.name === name);
      const output = images[at]?.[record.rows[at]?.columns.indexOf('output') ?? -1];
      outputs.push(output === undefined ? null : await dataURI(output));
    }
    if (outputs.every((output) => output === null)) continue;
    if (!budget.take(outputs)) break;
    earlier.unshift({ stage: record.stage, step: record.step, outputs });
  }
  return rows.length === 0 ? undefined : { stage: latest.stage, step: latest.step, rows, earlier };
}

/** At most `count` of the items, the first and the last among them, evenly spread. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))] as T);
}

async function imagesOn(folder: string, { file, rows }: PictureRecord): Promise<RGBImage[][]> {
  try {
    const grid = await readImage(join(folder, file), 'training');
    return (
      splitGrid(
        grid,
        rows.map(({ width, height, columns }) => ({ width, height, count: columns.length })),
      ) ?? []
    );
  } catch (error) {
    if (error instanceof RuntimeFailure) return [];
    throw error;
  }
}

async function dataURI({ width, height, data }: RGBImage): Promise<string> {
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality, smartSubsample: true })
    .toBuffer();
  return `data:image/webp;base64,${bytes.toString('base64')}`;
}
