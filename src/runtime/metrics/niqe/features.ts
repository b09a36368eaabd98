import { imresize, type Plane } from '../imresize.js';
import { gamma } from './gamma.js';
import { fitGeneralisedGaussian } from './generalised-gaussian.js';

/** Side of the blocks whose statistics are taken, in pixels of the full image. */
export const blockSide = 96;
/** Numbers that describe a block: 18 at each of two scales. */
export const featureCount = 36;

/** What NIQE knows of one block. */
export interface BlockFeatures {
  /** 36 numbers; some are NaN where a block has no structure. */
  readonly features: Float64Array;
  /** Mean local deviation of luminance in the block, at full size. */
  readonly sharpness: number;
}

/**
 * Natural scene statistics of an image (Mittal et al., "Making a completely blind image quality analyzer", 2013; computequality.m of the release of 2012):
 * luminance normalised by local mean and deviation, in blocks of 96x96 that do not overlap, at full and half size. What is left over on the right and at
 * the bottom is not looked at.
 * @param grey values 0 to 255.
 * @returns the blocks by columns, as MATLAB has them; none for an image smaller than a block.
 */
export function blockFeatures(grey: Plane): BlockFeatures[] {
  const rows = Math.floor(grey.height / blockSide);
  const columns = Math.floor(grey.width / blockSide);
  if (rows === 0 || columns === 0) return [];
  const full = cropped(grey, columns * blockSide, rows * blockSide);
  const half = imresize(full, 0.5, 'double');
  const scales = [full, half].map((plane, i) => ({ ...normalise(plane), width: plane.width, side: blockSide / (i + 1) }));
  return Array.from({ length: rows * columns }, (_, i) => {
    const [column, row] = [Math.floor(i / rows), i % rows];
    const features = Float64Array.from(
      scales.flatMap(({ normalised, width, side }) => statistics(blockOf(normalised, width, column, row, side), side)),
    );
    const [first] = scales as [(typeof scales)[0], ...typeof scales];
    const deviations = blockOf(first.deviation, first.width, column, row, blockSide);
    return { features, sharpness: deviations.reduce((sum, value) => sum + value, 0) / deviations.length };
  });
}

function cropped({ width, values }: Plane, columns: number, rows: number): Plane {
  const result = new Float64Array(columns * rows);
  for (let y = 0; y < rows; y++) result.set(values.subarray(y * width, y * width + columns), y * columns);
  return { width: columns, height: rows, values: result };
}

/** A block by columns: the order in which MATLAB sums. */
function blockOf(values: Float64Array, width: number, column: number, row: number, side: number): Float64Array {
  const block = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) block[x * side + y] = values[(row * side + y) * width + column * side + x] as number;
  }
  return block;
}

const sigma = 7 / 6;
/** Taps of a 7-tap Gaussian of deviation 7/6 from the centre outwards: half of its line, which is symmetric. */
const taps: readonly number[] = (() => {
  const line = [-3, -2, -1, 0, 1, 2, 3].map((x) => Math.exp(-(x * x) / (2 * sigma * sigma)));
  const sum = line.reduce((total, value) => total + value, 0);
  return line.slice(3).map((value) => value / sum);
})();

/** Local mean and deviation in a 7x7 Gaussian window, the border repeated, and values normalised by them. */
function normalise(plane: Plane): { readonly normalised: Float64Array; readonly deviation: Float64Array } {
  const { values } = plane;
  const mean = gaussian(plane);
  const square = gaussian({ ...plane, values: values.map((value) => value * value) });
  const deviation = square.map((value, i) => Math.sqrt(Math.abs(value - (mean[i] as number) ** 2)));
  const normalised = values.map((value, i) => (value - (mean[i] as number)) / ((deviation[i] as number) + 1));
  return { normalised, deviation };
}

/**
 * Separable, first along the rows, the two taps at one distance together. On flat blocks NIQE is a function of the rounding noise of this sum; of the orders
 * tried this one comes nearest to the scores that MATLAB gives.
 */
function gaussian({ width, height, values }: Plane): Float64Array {
  const along = new Float64Array(values.length);
  const result = new Float64Array(values.length);
  const [centre, ...outer] = taps as [number, ...number[]];
  for (let y = 0; y < height; y++) {
    const row = values.subarray(y * width, (y + 1) * width);
    for (let x = 0; x < width; x++) {
      let sum = centre * (row[x] as number);
      for (let d = 1; d < taps.length; d++) {
        sum += (outer[d - 1] as number) * ((row[Math.min(width - 1, x + d)] as number) + (row[Math.max(0, x - d)] as number));
      }
      along[y * width + x] = sum;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = centre * (along[y * width + x] as number);
      for (let d = 1; d < taps.length; d++) {
        const [below, above] = [Math.min(height - 1, y + d) * width + x, Math.max(0, y - d) * width + x];
        sum += (outer[d - 1] as number) * ((along[below] as number) + (along[above] as number));
      }
      result[y * width + x] = sum;
    }
  }
  return result;
}

/** Neighbours whose products are described: rows down, columns to the right. */
const shifts = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/** 18 numbers of a block by columns: shape and scale of its values, and of the products of its values with their neighbours, around the border. */
function statistics(block: Float64Array, side: number): number[] {
  const { alpha, left, right } = fitGeneralisedGaussian(block);
  const products = new Float64Array(block.length);
  return [
    alpha,
    (left + right) / 2,
    ...shifts.flatMap(([down, across]) => {
      for (let x = 0; x < side; x++) {
        const other = ((x - across + side) % side) * side;
        for (let y = 0; y < side; y++) {
          products[x * side + y] = (block[x * side + y] as number) * (block[other + ((y - down + side) % side)] as number);
        }
      }
      const fit = fitGeneralisedGaussian(products);
      return [fit.alpha, ((fit.right - fit.left) * gamma(2 / fit.alpha)) / gamma(1 / fit.alpha), fit.left, fit.right];
    }),
  ];
}
