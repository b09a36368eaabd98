import type { Pair } from '../data/index.js';
import { type RGBImage, readImage } from '../data/index.js';
import { inputFailure } from '../files/index.js';
import { psnr, psnrOfEqualImages } from './psnr.js';
import { ssim, ssimWindow } from './ssim.js';

/** Metrics of one pair: of the enhanced image against the normal one, and of the input as it is. */
export interface ImageScore {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** dB. */
  readonly psnr: number;
  /** -1 to 1. */
  readonly ssim: number;
  readonly input: { readonly psnr: number; readonly ssim: number };
}

export interface Evaluation {
  readonly mean: { readonly psnr: number; readonly ssim: number };
  /** Means of the images before they were enhanced. */
  readonly input: { readonly psnr: number; readonly ssim: number };
  readonly images: readonly ImageScore[];
  readonly protocol: Readonly<Record<string, string | number>>;
}

/** How the numbers are taken; they mean little without it. */
export const protocol = {
  range: 255,
  rounding: 'the network output is clipped and rounded to 8 bits before it is measured',
  border: 0,
  psnr: `RGB: mean squared error over all pixels and channels; equal images count as ${psnrOfEqualImages} dB`,
  ssim: 'luma (BT.601 as MATLAB rgb2gray, rounded to 8 bits), Wang et al. 2004: 11x11 Gaussian window, sigma 1.5, K1 0.01, K2 0.03, valid positions, no downsampling',
  mean: 'arithmetic mean over images',
} as const;

/**
 * Measures PSNR and SSIM of enhanced images against their normal-light partners.
 * @param pairs with the roles `low` and `normal` given.
 * @param done called after each pair.
 * @throws RuntimeFailure when an image cannot be read, when a pair's sizes differ, or when an image is smaller than SSIM's window.
 */
export async function evaluatePairs(
  pairs: readonly Pair[],
  roles: { readonly low: string; readonly normal: string },
  enhance: (image: RGBImage) => Promise<RGBImage>,
  done: (count: number) => void = () => undefined,
): Promise<Evaluation> {
  const images: ImageScore[] = [];
  for (const { name, files } of pairs) {
    const lowPath = files[roles.low] as string;
    const normalPath = files[roles.normal] as string;
    const [low, normal] = await Promise.all([readImage(lowPath, 'training'), readImage(normalPath, 'training')]);
    if (low.width !== normal.width || low.height !== normal.height) {
      throw inputFailure(
        `${lowPath}: is ${low.width}x${low.height} pixels, its partner ${normalPath} is ${normal.width}x${normal.height}.`,
      );
    }
    if (low.width < ssimWindow || low.height < ssimWindow) {
      throw inputFailure(`${lowPath}: is ${low.width}x${low.height} pixels; SSIM needs at least ${ssimWindow}x${ssimWindow}.`);
    }
    const enhanced = await enhance(low);
    images.push({
      name,
      width: low.width,
      height: low.height,
      psnr: psnr(enhanced, normal),
      ssim: ssim(enhanced, normal),
      input: { psnr: psnr(low, normal), ssim: ssim(low, normal) },
    });
    done(images.length);
  }
  return {
    mean: { psnr: mean(images.map((image) => image.psnr)), ssim: mean(images.map((image) => image.ssim)) },
    input: { psnr: mean(images.map((image) => image.input.psnr)), ssim: mean(images.map((image) => image.input.ssim)) },
    images,
    protocol,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
