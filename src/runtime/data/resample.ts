import type { RGBImage } from './pixels.js';

/** A rectangle of pixels within an image. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Reads a region of an image at another size, no larger than the region: a triangle filter widened by the factor (bilinear with antialiasing),
 * separable, edges renormalised. At equal size the samples are given unchanged.
 * @returns height x width x 3 values in [0, 255], unrounded.
 */
export function resampleRegion(image: RGBImage, region: Region, height: number, width: number): Float32Array {
  const columns = filterTaps(region.width, width);
  const rows = filterTaps(region.height, height);
  const narrow = new Float32Array(region.height * width * 3);
  for (let y = 0; y < region.height; y++) {
    const start = ((region.top + y) * image.width + region.left) * 3;
    for (let x = 0; x < width; x++) {
      const { first, weights } = columns[x] as Taps;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (image.data[start + (first + k) * 3 + c] as number);
        narrow[(y * width + x) * 3 + c] = sum;
      }
    }
  }
  const result = new Float32Array(height * width * 3);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y] as Taps;
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (narrow[(first + k) * stride + i] as number);
      result[y * stride + i] = sum;
    }
  }
  return result;
}

/** Makes an image smaller, in its proportions, until neither side is longer than `longest` pixels; one that is not longer is given as it is. */
export function shrink(image: RGBImage, longest: number): RGBImage {
  const factor = longest / Math.max(image.width, image.height);
  if (factor >= 1) return image;
  const width = Math.max(1, Math.round(image.width * factor));
  const height = Math.max(1, Math.round(image.height * factor));
  const values = resampleRegion(image, { left: 0, top: 0, width: image.width, height: image.height }, height, width);
  return { width, height, data: Uint8Array.from(values, (value) => Math.round(value)) };
}

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

function filterTaps(from: number, to: number): Taps[] {
  const factor = from / to;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * factor - 0.5;
    const first = Math.max(0, Math.floor(centre - factor) + 1);
    const last = Math.min(from - 1, Math.ceil(centre + factor) - 1);
    const raw = Array.from({ length: last - first + 1 }, (_, k) => 1 - Math.abs(first + k - centre) / factor);
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
