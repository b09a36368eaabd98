import type { RGBImage } from './pixels.js';
import { Random } from './random.js';

/** What makes a photograph a low-light one. */
export interface Darkening {
  /** Factor of the light that reaches the sensor, in linear light. */
  readonly exposure: number;
  /** Exponent of the camera's tone curve on top of sRGB; above 1 it deepens shadows. */
  readonly gamma: number;
  /** Factors of red, green and blue in linear light: the colour of the remaining light. */
  readonly cast: readonly [number, number, number];
  /** Photons that a fully exposed sample stands for: shot noise has the deviation sqrt(signal / photons). */
  readonly photons: number;
  /** Standard deviation of the sensor's read noise, in linear light of 0 to 1. */
  readonly readNoise: number;
}

/** Ranges that `drawDarkening` draws from, uniformly; exposure and photons uniformly in their logarithm. */
export interface DarkeningRanges {
  readonly exposure: readonly [number, number];
  readonly gamma: readonly [number, number];
  /** Largest share by which a channel differs from the others. */
  readonly cast: number;
  readonly photons: readonly [number, number];
  readonly readNoise: readonly [number, number];
}

/** Gives pictures about as dark as those of LOL (Wei et al. 2018). */
export const defaultDarkening: DarkeningRanges = {
  exposure: [0.03, 0.12],
  gamma: [1, 1.25],
  cast: 0.12,
  photons: [800, 4000],
  readNoise: [0.0005, 0.002],
};

/** Draws how one photograph is darkened; depends on seed and name alone. */
export function drawDarkening(seed: number, name: string, ranges: DarkeningRanges = defaultDarkening): Darkening {
  const random = new Random(seed, 'darken', name);
  const logarithmic = ([minimum, maximum]: readonly [number, number]) => minimum * (maximum / minimum) ** random.uniform();
  const channel = () => 1 + ranges.cast * random.between(-1, 1);
  return {
    exposure: round(logarithmic(ranges.exposure)),
    gamma: round(random.between(...ranges.gamma)),
    cast: [round(channel()), round(channel()), round(channel())],
    photons: Math.round(logarithmic(ranges.photons)),
    readNoise: round(random.between(...ranges.readNoise)),
  };
}

/** Four significant digits: what darken.json says is exactly what was done. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}

/**
 * Makes a low-light picture of a well-lit one: to linear light, less of it and coloured, Poisson noise of photons (in its normal approximation) and
 * normal noise of the sensor, back to sRGB with the tone curve, clipped and rounded to 8 bits.
 * @param noise a stream of its own for each picture.
 */
export function darken(image: RGBImage, { exposure, gamma, cast, photons, readNoise }: Darkening, noise: Random): RGBImage {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i++) {
    const signal = (toLinear[image.data[i] as number] as number) * exposure * (cast[i % 3] as number);
    const deviation = Math.sqrt(signal / photons + readNoise * readNoise);
    const measured = Math.min(1, Math.max(0, signal + deviation * noise.normal()));
    data[i] = Math.round(255 * fromLinear(measured) ** gamma);
  }
  return { width: image.width, height: image.height, data };
}

/** Linear light of each 8-bit sRGB sample (IEC 61966-2-1). */
const toLinear = Float64Array.from({ length: 256 }, (_, sample) => {
  const value = sample / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

function fromLinear(value: number): number {
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}
