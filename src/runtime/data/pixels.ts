import type { HostTensor } from '../engines/engine.js';

/** An 8-bit sRGB image: rows from the top, samples interleaved as red, green, blue. */
export interface RGBImage {
  readonly width: number;
  readonly height: number;
  /** 3 x width x height samples. */
  readonly data: Uint8Array;
}

/** Inclusive range of the values of an image inside a network. */
export type ValueRange = readonly [number, number];

/** The house's range: images are in [-1, 1] inside networks unless a port says otherwise. */
export const defaultRange: ValueRange = [-1, 1];

/** 8-bit samples as float32 in `range`: 0 becomes its minimum, 255 its maximum. @returns a tensor [1, height, width, 3]. */
export function toTensor({ width, height, data }: RGBImage, range: ValueRange): HostTensor {
  const values = new Float32Array(data.length);
  const scale = (range[1] - range[0]) / 255;
  for (let i = 0; i < data.length; i++) values[i] = range[0] + scale * (data[i] as number);
  return { shape: [1, height, width, 3], values };
}

/** Values in `range` as 8-bit samples: clipped, then rounded to the nearest; NaN becomes 0. */
export function toSamples(values: Float32Array, range: ValueRange): Uint8Array {
  const samples = new Uint8Array(values.length);
  const scale = 255 / (range[1] - range[0]);
  for (let i = 0; i < values.length; i++) {
    const sample = ((values[i] as number) - range[0]) * scale;
    samples[i] = sample > 0 ? Math.min(255, Math.floor(sample + 0.5)) : 0;
  }
  return samples;
}

/** The part of an image that starts at (left, top). */
export function crop(image: RGBImage, left: number, top: number, width: number, height: number): RGBImage {
  if (left === 0 && top === 0 && width === image.width && height === image.height) return image;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}
