import type { RGBImage } from '../data/index.js';

/** What PSNR is said to be where two images are equal and it would be infinite, in dB. */
export const psnrOfEqualImages = 100;

/**
 * Peak signal-to-noise ratio of two 8-bit images of the same size, in dB: 10 log10(255^2 / MSE), the mean squared error taken over all pixels and the
 * three channels, no border left out. Equal images get `psnrOfEqualImages`.
 */
export function psnr(a: RGBImage, b: RGBImage): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = (a.data[i] as number) - (b.data[i] as number);
    sum += difference * difference;
  }
  if (sum === 0) return psnrOfEqualImages;
  return Math.min(psnrOfEqualImages, 10 * Math.log10((255 * 255 * a.data.length) / sum));
}
