import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crop, type RGBImage } from '../../../src/runtime/data/index.js';
import { padByReflection, roundUp, unpad } from '../../../src/runtime/enhance/index.js';
import { joinTiles, mapTiles, planTiles, tileOverlap } from '../../../src/runtime/enhance/tiles.js';
import { syntheticPhotograph } from '../../support/images.js';

/** An image with each pixel `factor` times in each direction. */
function repeated({ width, height, data }: RGBImage, factor: number): RGBImage {
  const [wide, tall] = [factor * width, factor * height];
  const pixelAt = (x: number, y: number): number => 3 * (Math.floor(y / factor) * width + Math.floor(x / factor));
  const large = new Uint8Array(3 * wide * tall);
  for (let y = 0; y < tall; y++)
    for (let x = 0; x < wide; x++) large.set(data.subarray(pixelAt(x, y), pixelAt(x, y) + 3), 3 * (y * wide + x));
  return { width: wide, height: tall, data: large };
}

describe('padding', () => {
  it('reflects about the last row and column, as often as it takes, and is taken away again', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(1, 1, 1, 2, 2, 2) };
    const padded = padByReflection(image, 8, 4);
    expect([...padded.data.subarray(0, 24)].filter((_, i) => i % 3 === 0)).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
    const photograph = syntheticPhotograph(13, 7, 1);
    expect(unpad(padByReflection(photograph, 16, 8), 13, 7)).toEqual(photograph);
    expect([roundUp(1, 8), roundUp(8, 8), roundUp(9, 8)]).toEqual([8, 8, 16]);
  });
});

describe('tiles', () => {
  it('cover every pixel, stay within the limit and the image, overlap, and are no larger than it takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.constantFrom(2 ** 16, 2 ** 18, 2 ** 20),
        (width, height, limit) => {
          const plan = planTiles(width, height, limit);
          expect(plan.width * plan.height).toBeLessThanOrEqual(
            Math.max(limit, width * height <= limit ? limit : 128 * Math.max(plan.width, plan.height)),
          );
          for (const [starts, tile, length] of [
            [plan.lefts, plan.width, width],
            [plan.tops, plan.height, height],
          ] as const) {
            expect(starts[0]).toBe(0);
            expect((starts.at(-1) as number) + tile).toBe(length);
            const spare = starts.length * tile - (starts.length - 1) * tileOverlap - length;
            if (starts.length > 1) expect(spare).toBeLessThan(starts.length);
            for (let i = 1; i < starts.length; i++)
              expect((starts[i - 1] as number) + tile - (starts[i] as number)).toBeGreaterThanOrEqual(63);
          }
        },
      ),
    );
  });

  it('that are left unchanged join to the image itself', async () => {
    const image = syntheticPhotograph(701, 433, 2);
    const sizes = new Set<string>();
    const joined = await mapTiles(image, planTiles(701, 433, 2 ** 16), async (tile) => {
      sizes.add(`${tile.width}x${tile.height}`);
      return tile;
    });
    expect([joined.width, joined.height]).toEqual([701, 433]);
    expect(Buffer.from(joined.data).equals(Buffer.from(image.data))).toBe(true);
    expect(sizes.size).toBe(1);
  });

  it('that are enlarged by repetition join to the enlarged image', async () => {
    const image = syntheticPhotograph(331, 207, 4);
    const enlarged = await mapTiles(image, planTiles(331, 207, 2 ** 15), async (tile) => repeated(tile, 3), 3);
    expect([enlarged.width, enlarged.height]).toEqual([993, 621]);
    expect(Buffer.from(enlarged.data).equals(repeated(image, 3).data)).toBe(true);
  });

  it('are joined from the top, each row given once, as soon as no later tile reaches it', async () => {
    const image = syntheticPhotograph(300, 500, 3);
    const plan = planTiles(300, 500, 2 ** 16);
    const tops: number[] = [];
    const events: string[] = [];
    const joined = Buffer.alloc(image.data.length);
    await joinTiles(
      plan,
      async (left, top) => {
        events.push(`tile ${left} ${top}`);
        return crop(image, left, top, plan.width, plan.height);
      },
      (rows, top) => {
        expect(rows.width).toBe(300);
        events.push(`rows ${top} to ${top + rows.height}`);
        tops.push(top);
        joined.set(rows.data, top * 300 * 3);
      },
    );
    expect(tops).toEqual(plan.tops);
    expect(events.at(-1)).toBe(`rows ${plan.tops.at(-1)} to 500`);
    expect(events.indexOf(`rows 0 to ${plan.tops[1]}`)).toBeLessThan(events.indexOf(`tile 0 ${plan.tops[1]}`));
    expect(joined.equals(Buffer.from(image.data))).toBe(true);
  });
});
