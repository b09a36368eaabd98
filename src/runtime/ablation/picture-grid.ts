import { join } from 'node:path';
import sharp from 'sharp';
import { encodeImage, readImage } from '../data/index.js';
import type { AblationResults } from './results.js';

/** A row of pictures, one for each of the held-out pairs that are shown. */
export interface PictureRow {
  readonly title: string;
  /** As data URLs; undefined where there is none. */
  readonly pictures: readonly (string | undefined)[];
}

/** Largest width and height of a picture in the report, in pixels. */
const largestSide = 480;

/** The first held-out pairs: as they were, by every variant with its first seed that is done, and as they should be. */
export async function pictureGrid({ rows, heldOut, pictures: count }: AblationResults): Promise<readonly PictureRow[]> {
  const pairs = heldOut.pairs.slice(0, count);
  if (pairs.length === 0) return [];
  const ofRole = (role: string): Promise<string[]> => Promise.all(pairs.map(({ files }) => fromPhotograph(files[role] as string)));
  const variants: PictureRow[] = [];
  for (const { name, cells } of rows) {
    const done = cells.find(({ record }) => record?.evaluation !== undefined);
    if (done === undefined) continue;
    const folder = done.cell.folder.pictures;
    const pictures = await Promise.all(pairs.map((_, i) => embedded(join(folder, `${i + 1}.png`)).catch(() => undefined)));
    variants.push({ title: `${name}, seed ${done.cell.seed}`, pictures });
  }
  const { low, normal } = heldOut.roles;
  return [{ title: 'input', pictures: await ofRole(low) }, ...variants, { title: 'truth', pictures: await ofRole(normal) }];
}

/** A photograph as the training reads it: turned upright, without a colour profile. */
async function fromPhotograph(path: string): Promise<string> {
  return embedded(Buffer.from(await encodeImage(await readImage(path, 'training'), 'png')));
}

async function embedded(image: string | Buffer): Promise<string> {
  const small = await sharp(image)
    .resize({ width: largestSide, height: largestSide, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return `data:image/jpeg;base64,${small.toString('base64')}`;
}
