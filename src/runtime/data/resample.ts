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
  for (let y = 0, to = 0; y < region.height; y++) {
    const start = ((region.top + y) * image.width + region.left) * 3;
    for (let x = 0; x < width; x++, to += 3) {
      const last = columns.ends[x + 1] as number;
      let [red, green, blue] = [0, 0, 0];
      let from = start + (columns.firsts[x] as number) * 3;
      for (let k = columns.ends[x] as number; k < last; k++, from += 3) {
        const weight = columns.weights[k] as number;
        red += weight * (image.data[from] as number);
        green += weight * (image.data[from + 1] as number);
        blue += weight * (image.data[from + 2] as number);
      }
      narrow[to] = red;
      narrow[to + 1] = green;
      narrow[to + 2] = blue;
    }
  }
  const result = new Float32Array(height * width * 3);
  const stride = width * 3;
  for (let y = 0; y < height; y++) {
    const [begin, last] = [rows.ends[y] as number, rows.ends[y + 1] as number];
    const first = (rows.firsts[y] as number) * stride;
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = begin, from = first + i; k < last; k++, from += stride) sum += (rows.weights[k] as number) * (narrow[from] as number);
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

/** The weights by which each of the output samples of an axis is made, one after the other. */
interface Taps {
  /** First input sample of each output sample. */
  readonly firsts: Uint32Array;
  /** Where the weights of each output sample begin; one entry more than there are output samples. */
  readonly ends: Uint32Array;
  readonly weights: Float64Array;
}

function filterTaps(from: number, to: number): Taps {
  const factor = from / to;
  const firsts = new Uint32Array(to);
  const ends = new Uint32Array(to + 1);
  const weights: number[] = [];
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * factor - 0.5;
    const first = Math.max(0, Math.floor(centre - factor) + 1);
    const last = Math.min(from - 1, Math.ceil(centre + factor) - 1);
    const raw = Array.from({ length: last - first + 1 }, (_, k) => 1 - Math.abs(first + k - centre) / factor);
    const sum = raw.reduce((a, b) => a + b, 0);
    weights.push(...raw.map((weight) => weight / sum));
    firsts[i] = first;
    ends[i + 1] = weights.length;
  }
  return { firsts, ends, weights: Float64Array.from(weights) };
}
