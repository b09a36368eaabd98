import { crop, type RGBImage } from '../data/index.js';

/** A plan to cover an image by tiles of one size. */
export interface TilePlan {
  readonly width: number;
  readonly height: number;
  readonly lefts: readonly number[];
  readonly tops: readonly number[];
}

/** Pixels by which neighbouring tiles overlap at least. */
export const tileOverlap = 64;

/**
 * Covers an image by overlapping tiles of at most `limit` pixels, as nearly square as the image allows; one tile where the image is within the limit.
 */
export function planTiles(width: number, height: number, limit: number): TilePlan {
  if (width * height <= limit) return { width, height, lefts: [0], tops: [0] };
  const side = Math.max(2 * tileOverlap, Math.floor(Math.sqrt(limit)));
  const tileHeight = Math.min(height, Math.max(side, Math.floor(limit / width)));
  const tileWidth = Math.min(width, Math.max(2 * tileOverlap, Math.floor(limit / tileHeight)));
  return { width: tileWidth, height: tileHeight, lefts: starts(width, tileWidth), tops: starts(height, tileHeight) };
}

function starts(length: number, tile: number): number[] {
  if (tile >= length) return [0];
  const count = Math.ceil((length - tileOverlap) / (tile - tileOverlap));
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1)));
}

/**
 * Applies `enhance` to each tile and joins the results; where tiles overlap, one fades into the other linearly.
 * A network that pools over the whole image (channel attention) sees a tile at a time: the fading hides the seams that this could give.
 */
export async function mapTiles(image: RGBImage, plan: TilePlan, enhance: (tile: RGBImage) => Promise<RGBImage>): Promise<RGBImage> {
  if (plan.lefts.length * plan.tops.length === 1) return enhance(image);
  const sums = new Float32Array(image.data.length);
  const totals = new Float32Array(image.width * image.height);
  const columns = fade(plan.width);
  const rows = fade(plan.height);
  for (const top of plan.tops) {
    for (const left of plan.lefts) {
      const { data } = await enhance(crop(image, left, top, plan.width, plan.height));
      for (let y = 0; y < plan.height; y++) {
        for (let x = 0; x < plan.width; x++) {
          const weight = (rows[y] as number) * (columns[x] as number);
          const at = (top + y) * image.width + left + x;
          totals[at] = (totals[at] as number) + weight;
          for (let c = 0; c < 3; c++)
            sums[3 * at + c] = (sums[3 * at + c] as number) + weight * (data[(y * plan.width + x) * 3 + c] as number);
        }
      }
    }
  }
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.round((sums[i] as number) / (totals[Math.floor(i / 3)] as number));
  return { width: image.width, height: image.height, data };
}

/** Weight of each position of a tile: rises from its edges over the overlap, never zero. */
function fade(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.min(1, (Math.min(i, length - 1 - i) + 1) / tileOverlap));
}
