import { crop, type RGBImage } from '../data/pixels.js';

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
 * Covers an image by overlapping tiles of at most `limit` pixels, as nearly square as the image allows and no larger than it takes; one tile where the
 * image is within the limit.
 */
export function planTiles(width: number, height: number, limit: number): TilePlan {
  if (width * height <= limit) return { width, height, lefts: [0], tops: [0] };
  const side = Math.max(2 * tileOverlap, Math.floor(Math.sqrt(limit)));
  const tallest = Math.min(height, Math.max(side, Math.floor(limit / width)));
  const rows = spread(height, tallest);
  const columns = spread(width, Math.min(width, Math.max(2 * tileOverlap, Math.floor(limit / tallest))));
  return { width: columns.tile, height: rows.tile, lefts: columns.starts, tops: rows.starts };
}

/** As few tiles as cover a length, each as short as their number allows. */
function spread(length: number, longest: number): { readonly tile: number; readonly starts: readonly number[] } {
  if (longest >= length) return { tile: length, starts: [0] };
  const count = Math.ceil((length - tileOverlap) / (longest - tileOverlap));
  const tile = Math.ceil((length + (count - 1) * tileOverlap) / count);
  return { tile, starts: Array.from({ length: count }, (_, i) => Math.round((i * (length - tile)) / (count - 1))) };
}

/**
 * Applies `enhance` to each tile and joins the results, which are `scale` times as high and wide; where tiles overlap, one fades into the other linearly.
 * A network that pools over the whole image (channel attention) sees a tile at a time: the fading hides the seams that this could give.
 */
export async function mapTiles(
  image: RGBImage,
  plan: TilePlan,
  enhance: (tile: RGBImage) => Promise<RGBImage>,
  scale = 1,
): Promise<RGBImage> {
  const [width, height] = [scale * image.width, scale * image.height];
  const data = new Uint8Array(3 * width * height);
  await joinTiles(
    plan,
    (left, top) => enhance(crop(image, left, top, plan.width, plan.height)),
    (rows, top) => data.set(rows.data, 3 * width * top),
    scale,
  );
  return { width, height, data };
}

/**
 * `mapTiles` for an image that is never held whole, neither before nor after: what it needs beside a tile is the sums of one row of tiles.
 * @param enhance gives the enhanced tile that starts at (left, top); called row by row, from the left.
 * @param write gets the joined rows of the result from `top` on, as wide as it, as soon as no later tile reaches them.
 * @param scale how many times as high and wide as the image the result is: a whole number.
 */
export async function joinTiles(
  plan: TilePlan,
  enhance: (left: number, top: number) => Promise<RGBImage>,
  write: (rows: RGBImage, top: number) => void,
  scale = 1,
): Promise<void> {
  if (plan.lefts.length * plan.tops.length === 1) return write(await enhance(0, 0), 0);
  const width = scale * ((plan.lefts.at(-1) as number) + plan.width);
  const tile = { width: scale * plan.width, height: scale * plan.height };
  const sums = new Float32Array(3 * width * tile.height);
  const totals = new Float32Array(width * tile.height);
  const columns = fade(tile.width, scale * tileOverlap);
  const rows = fade(tile.height, scale * tileOverlap);
  for (const [i, top] of plan.tops.entries()) {
    for (const left of plan.lefts) {
      const { data } = await enhance(left, top);
      for (let y = 0; y < tile.height; y++) {
        for (let x = 0; x < tile.width; x++) {
          const weight = (rows[y] as number) * (columns[x] as number);
          const at = y * width + scale * left + x;
          totals[at] = (totals[at] as number) + weight;
          for (let c = 0; c < 3; c++)
            sums[3 * at + c] = (sums[3 * at + c] as number) + weight * (data[(y * tile.width + x) * 3 + c] as number);
        }
      }
    }
    const finished = scale * ((plan.tops[i + 1] ?? top + plan.height) - top);
    write(average(sums, totals, width, finished), scale * top);
    dropFront(sums, 3 * width * finished);
    dropFront(totals, width * finished);
  }
}

/** The first `height` rows of weighted sums of samples, divided by their weights. */
function average(sums: Float32Array, totals: Float32Array, width: number, height: number): RGBImage {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) data[i] = Math.round((sums[i] as number) / (totals[Math.floor(i / 3)] as number));
  return { width, height, data };
}

/** Moves all values to the front by `count` places and fills up with zeros. */
function dropFront(values: Float32Array, count: number): void {
  values.copyWithin(0, count);
  values.fill(0, values.length - count);
}

/** Weight of each position of a tile: rises from its edges over the overlap, never zero. */
function fade(length: number, overlap: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.min(1, (Math.min(i, length - 1 - i) + 1) / overlap));
}
