import type { RGBImage } from '../data/index.js';

/** Luma as MATLAB's rgb2gray gives it: ITU-R BT.601 weights, 0 to 255, rounded to 8 bits. @returns width x height values. */
export function greyLuma({ data }: RGBImage): Float64Array {
  return weighted(data, (r, g, b) => Math.round(0.298936021293775 * r + 0.587043074451121 * g + 0.114020904255103 * b));
}

/** Y as MATLAB's rgb2ycbcr gives it for 8-bit images: ITU-R BT.601, 16 to 235, rounded to 8 bits. @returns width x height values. */
export function studioLuma({ data }: RGBImage): Float64Array {
  return weighted(data, (r, g, b) => Math.round(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255));
}

/** One channel of an image, 0 red, 1 green, 2 blue. @returns width x height values. */
export function channelOf({ data }: RGBImage, channel: 0 | 1 | 2): Float64Array {
  const result = new Float64Array(data.length / 3);
  for (let i = 0; i < result.length; i++) result[i] = data[3 * i + channel] as number;
  return result;
}

/** A value for each pixel from its red, green and blue. */
export function weighted(data: Uint8Array, of: (r: number, g: number, b: number) => number): Float64Array {
  const result = new Float64Array(data.length / 3);
  for (let i = 0; i < result.length; i++) result[i] = of(data[3 * i] as number, data[3 * i + 1] as number, data[3 * i + 2] as number);
  return result;
}
