import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { darken, drawDarkening, encodeImage, Random, type RGBImage } from '../../src/runtime/data/index.js';

/** A picture of coloured gradients, discs and fine texture: bright, and different for each seed. */
export function syntheticPhotograph(width: number, height: number, seed: number): RGBImage {
  const random = new Random(seed, 'photograph');
  const discs = Array.from({ length: 6 }, () => ({
    x: random.uniform() * width,
    y: random.uniform() * height,
    r: (0.1 + 0.2 * random.uniform()) * width,
    c: [0, 1, 2].map(() => 40 + 200 * random.uniform()),
  }));
  const base = [0, 1, 2].map(() => 90 + 90 * random.uniform());
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = discs.find((d) => (d.x - x) ** 2 + (d.y - y) ** 2 < d.r ** 2);
      for (let c = 0; c < 3; c++, i++) {
        const value = (disc?.c[c] ?? (base[c] as number) + (60 * x) / width) + 12 * Math.sin((x * (c + 2)) / 5 + y / 7);
        data[i] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return { width, height, data };
}

/** Writes `count` pairs of synthetic photographs as FOLDER/low/N.png and FOLDER/normal/N.png. */
export async function writePairs(folder: string, count: number, width: number, height: number): Promise<{ low: string; normal: string }> {
  const folders = { low: join(folder, 'low'), normal: join(folder, 'normal') };
  for (const path of Object.values(folders)) mkdirSync(path, { recursive: true });
  for (let n = 1; n <= count; n++) {
    const normal = syntheticPhotograph(width, height, n);
    const low = darken(normal, drawDarkening(1, String(n)), new Random(1, 'noise', n));
    writeFileSync(join(folders.normal, `${n}.png`), await encodeImage(normal, 'png'));
    writeFileSync(join(folders.low, `${n}.png`), await encodeImage(low, 'png'));
  }
  return folders;
}

/** Files that are no usable training images, by name, as bytes. */
export async function badImages(): Promise<Record<string, Buffer>> {
  const image = syntheticPhotograph(64, 48, 1);
  const pixels = sharp(image.data, { raw: { width: 64, height: 48, channels: 3 } });
  const png = await pixels.clone().png().toBuffer();
  const jpeg = await pixels.clone().jpeg().toBuffer();
  const webp = await pixels.clone().webp().toBuffer();
  const bmp = Buffer.from(await encodeImage(image, 'bmp'));
  const frame = await pixels.clone().png().toBuffer();
  const other = await pixels.clone().negate().png().toBuffer();
  return {
    'zero.png': Buffer.alloc(0),
    'text.png': Buffer.from('hello'),
    'cut.png': png.subarray(0, png.length >> 1),
    'cut.jpg': jpeg.subarray(0, jpeg.length >> 1),
    'cut.webp': webp.subarray(0, webp.length >> 1),
    'cut.bmp': bmp.subarray(0, bmp.length >> 1),
    'deep.png': await pixels.clone().toColourspace('rgb16').png().toBuffer(),
    'print.jpg': await pixels.clone().toColourspace('cmyk').jpeg().toBuffer(),
    'moving.webp': await sharp([frame, other], { join: { animated: true } })
      .webp({ lossless: true, delay: [50, 50] })
      .toBuffer(),
    'drawing.png': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="9" height="9"/></svg>'),
  };
}
