import { imresize, type Plane } from '../imresize.js';
import { discreteCosineTransform, transformSide } from './discrete-cosine-transform.js';

const scales = 3;
/** Mean and skewness of two entropies at three scales. */
export const featureCount = 4 * scales;

/**
 * Spatial and spectral entropies of an image (Liu et al., "No-reference image quality assessment based on spatial and spectral entropies", 2014;
 * feature_extract.m of the release): for each scale, every next of half the size, mean of the middle 60 % and skewness of the entropies of grey levels in
 * 8x8 blocks, then the same of the entropies of their DCT coefficients.
 * @param grey whole values 0 to 255.
 * @returns 12 numbers; NaN where all blocks of a scale are alike.
 */
export function entropyFeatures(grey: Plane): Float64Array {
  const features: number[] = [];
  for (let scale = 0, plane = grey; scale < scales; scale++, plane = imresize(plane, 0.5, 'uint8')) {
    const blocks = blocksOf(plane);
    features.push(...summary(blocks.map(spatialEntropy)), ...summary(blocks.map(spectralEntropy)));
  }
  return Float64Array.from(features);
}

/** Blocks of 8x8; those over the right and lower border are filled up with zeros, as MATLAB's blkproc does. */
function blocksOf({ width, height, values }: Plane): Float64Array[] {
  const blocks: Float64Array[] = [];
  for (let top = 0; top < height; top += transformSide) {
    for (let left = 0; left < width; left += transformSide) {
      const block = new Float64Array(transformSide ** 2);
      const columns = Math.min(transformSide, width - left);
      for (let y = 0; y < Math.min(transformSide, height - top); y++) {
        const from = (top + y) * width + left;
        block.set(values.subarray(from, from + columns), y * transformSide);
      }
      blocks.push(block);
    }
  }
  return blocks;
}

/** Entropy of the grey levels of a block, in bits. */
function spatialEntropy(block: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of block) counts.set(value, (counts.get(value) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / block.length) * Math.log2(count / block.length);
  return entropy;
}

/** Stands for the mean and for coefficients of zero, as in the release. */
const almostZero = 1e-8;

/** Entropy of the squared DCT coefficients of a block without its mean, in bits. */
function spectralEntropy(block: Float64Array): number {
  const energies = discreteCosineTransform(block).map((value, i) => (i === 0 ? almostZero : value) ** 2);
  const sum = energies.reduce((total, value) => total + value, 0);
  return energies.reduce((entropy, energy) => {
    const share = energy === 0 ? almostZero : energy / sum;
    return entropy - share * Math.log2(share);
  }, 0);
}

/** Mean of the values between the 20th and the 80th percentile, and skewness of all. */
function summary(entropies: readonly number[]): [number, number] {
  const sorted = Float64Array.from(entropies).sort();
  const middle = sorted.subarray(Math.ceil(sorted.length * 0.2) - 1, Math.ceil(sorted.length * 0.8));
  const centre = mean(sorted);
  const moment = (power: number) => mean(sorted.map((value) => (value - centre) ** power));
  return [mean(middle), moment(3) / moment(2) ** 1.5];
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
