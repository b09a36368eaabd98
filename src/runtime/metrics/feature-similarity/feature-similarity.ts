import type { RGBImage } from '../../data/index.js';
import { weighted } from '../luma.js';
import { PhaseCongruency } from './phase-congruency.js';

const t1 = 0.85;
const t2 = 160;
const t3 = 200;
const t4 = 200;
const lambda = 0.03;
/** Images are averaged down to about this height or width, whichever is smaller. */
const viewedSide = 256;

/** What the protocols of FSIM and FSIMc have in common. */
export const fsimProtocol = {
  samples: '8 bits',
  channels: 'YIQ as in FeatureSIM.m, not rounded',
  downsampling: `averaged by max(1, round(smaller side / ${viewedSide}))`,
  'phase congruency': 'log-Gabor, 4 scales from wavelength 6, 4 orientations, noise at 2 deviations',
  T1: t1,
  T2: t2,
} as const;

/** What the protocol of FSIMc says besides. */
export const fsimcProtocol = { T3: t3, T4: t4, lambda } as const;

interface YIQ {
  readonly y: Float64Array;
  readonly i: Float64Array;
  readonly q: Float64Array;
}

/** What is compared of an image. */
interface Features {
  readonly channels: YIQ;
  readonly congruency: Float64Array;
  readonly gradient: Float64Array;
}

/** Phase congruency for the size that was measured last: the filters of a folder of equal sizes are made once. */
let last: PhaseCongruency | undefined;
/** FSIM and FSIMc look at the same images, and a truth is compared with several. */
const known = new WeakMap<RGBImage, Features>();

/**
 * Feature similarity of two images of the same size (Zhang, Zhang, Mou, Zhang, "FSIM: a feature similarity index for image quality assessment", 2011): the
 * similarity of phase congruency and gradient magnitude, weighted by the greater phase congruency.
 * @param chromatic whether the colour channels I and Q count too, which is FSIMc.
 * @returns 0 to 1; NaN where neither image has a feature.
 */
export function featureSimilarity(a: RGBImage, b: RGBImage, chromatic: boolean): number {
  const [x, y] = [featuresOf(a), featuresOf(b)];
  let sum = 0;
  let weights = 0;
  for (let k = 0; k < x.congruency.length; k++) {
    const [px, py] = [x.congruency[k] as number, y.congruency[k] as number];
    const weight = Math.max(px, py);
    const local = similarity(px, py, t1) * similarity(x.gradient[k] as number, y.gradient[k] as number, t2);
    sum += weight * local * (chromatic ? colourSimilarity(x.channels, y.channels, k) : 1);
    weights += weight;
  }
  return sum / weights;
}

function featuresOf(image: RGBImage): Features {
  const found = known.get(image);
  if (found !== undefined) return found;
  const factor = Math.max(1, Math.round(Math.min(image.width, image.height) / viewedSide));
  const [width, height] = [Math.ceil(image.width / factor), Math.ceil(image.height / factor)];
  if (last?.width !== width || last.height !== height) last = new PhaseCongruency(width, height);
  const channels = channelsOf(image, factor);
  const features = { channels, congruency: last.of(channels.y), gradient: gradientMagnitude(channels.y, width, height) };
  known.set(image, features);
  return features;
}

function similarity(a: number, b: number, constant: number): number {
  return (2 * a * b + constant) / (a * a + b * b + constant);
}

/** The real part of (S_I S_Q)^lambda: the product is negative where one of the colours is the opposite of the other image's. */
function colourSimilarity(x: YIQ, y: YIQ, k: number): number {
  const product = similarity(x.i[k] as number, y.i[k] as number, t3) * similarity(x.q[k] as number, y.q[k] as number, t4);
  return Math.abs(product) ** lambda * (product < 0 ? Math.cos(Math.PI * lambda) : 1);
}

function channelsOf({ width, height, data }: RGBImage, factor: number): YIQ {
  const smaller = (channel: Float64Array) => averaged(channel, width, height, factor);
  return {
    y: smaller(weighted(data, (r, g, b) => 0.299 * r + 0.587 * g + 0.114 * b)),
    i: smaller(weighted(data, (r, g, b) => 0.596 * r - 0.274 * g - 0.322 * b)),
    q: smaller(weighted(data, (r, g, b) => 0.211 * r - 0.523 * g + 0.312 * b)),
  };
}

/**
 * Every `factor`-th pixel of the image through a box of `factor` x `factor`, which lies around the pixel (for even factors half a pixel further on), zero
 * outside the image: MATLAB's conv2 with 'same'.
 */
function averaged(channel: Float64Array, width: number, height: number, factor: number): Float64Array {
  if (factor === 1) return channel;
  const before = Math.ceil(factor / 2) - 1;
  const columns = Math.ceil(width / factor);
  const result = new Float64Array(columns * Math.ceil(height / factor));
  for (let k = 0; k < result.length; k++) {
    const [left, top] = [(k % columns) * factor - before, Math.floor(k / columns) * factor - before];
    let sum = 0;
    for (let y = Math.max(0, top); y < Math.min(height, top + factor); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + factor); x++) sum += channel[y * width + x] as number;
    }
    result[k] = sum / (factor * factor);
  }
  return result;
}

/** Magnitude of Scharr's gradient, zero outside the image. */
function gradientMagnitude(channel: Float64Array, width: number, height: number): Float64Array {
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : (channel[y * width + x] as number));
  const result = new Float64Array(channel.length);
  for (let y = 0, k = 0; y < height; y++) {
    for (let x = 0; x < width; x++, k++) {
      const [northWest, northEast, southWest, southEast] = [at(x - 1, y - 1), at(x + 1, y - 1), at(x - 1, y + 1), at(x + 1, y + 1)];
      const across = (3 * (northEast - northWest) + 10 * (at(x + 1, y) - at(x - 1, y)) + 3 * (southEast - southWest)) / 16;
      const down = (3 * (southWest - northWest) + 10 * (at(x, y + 1) - at(x, y - 1)) + 3 * (southEast - northEast)) / 16;
      result[k] = Math.sqrt(across * across + down * down);
    }
  }
  return result;
}
