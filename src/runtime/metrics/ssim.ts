import type { RGBImage } from '../data/index.js';

/** Side of SSIM's window; images must be at least as large. */
export const ssimWindow = 11;
const sigma = 1.5;
const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of two 8-bit images of the same size (Wang et al., "Image quality assessment: from error visibility to structural similarity",
 * 2004, their ssim_index.m without the later downsampling): on luma, an 11x11 Gaussian window of deviation 1.5, K1 = 0.01, K2 = 0.03, L = 255,
 * the mean over all positions at which the window lies within the image. Computed in float64.
 */
export function ssim(a: RGBImage, b: RGBImage): number {
  const { width, height } = a;
  const x = luma(a);
  const y = luma(b);
  const filter = (values: Float64Array) => gaussian(values, width, height);
  const meanX = filter(x);
  const meanY = filter(y);
  const squareX = filter(product(x, x));
  const squareY = filter(product(y, y));
  const cross = filter(product(x, y));
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const mx = meanX[i] as number;
    const my = meanY[i] as number;
    const varianceX = (squareX[i] as number) - mx * mx;
    const varianceY = (squareY[i] as number) - my * my;
    const covariance = (cross[i] as number) - mx * my;
    sum += ((2 * mx * my + c1) * (2 * covariance + c2)) / ((mx * mx + my * my + c1) * (varianceX + varianceY + c2));
  }
  return sum / meanX.length;
}

/** Luma as MATLAB's rgb2gray gives it: ITU-R BT.601 weights, rounded to 8 bits. */
function luma({ data }: RGBImage): Float64Array {
  const result = new Float64Array(data.length / 3);
  for (let i = 0; i < result.length; i++) {
    result[i] = Math.round(
      0.298936021293775 * (data[3 * i] as number) +
        0.587043074451121 * (data[3 * i + 1] as number) +
        0.114020904255103 * (data[3 * i + 2] as number),
    );
  }
  return result;
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value * (b[i] as number));
}

const kernel: readonly number[] = (() => {
  const raw = Array.from({ length: ssimWindow }, (_, i) => Math.exp(-((i - (ssimWindow - 1) / 2) ** 2) / (2 * sigma * sigma)));
  const sum = raw.reduce((total, value) => total + value, 0);
  return raw.map((value) => value / sum);
})();

/** Separable Gaussian filter over the positions where the whole window lies within the image. */
function gaussian(values: Float64Array, width: number, height: number): Float64Array {
  const columns = width - ssimWindow + 1;
  const rows = height - ssimWindow + 1;
  const narrow = new Float64Array(columns * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < ssimWindow; k++) sum += (kernel[k] as number) * (values[y * width + x + k] as number);
      narrow[y * columns + x] = sum;
    }
  }
  const result = new Float64Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < ssimWindow; k++) sum += (kernel[k] as number) * (narrow[(y + k) * columns + x] as number);
      result[y * columns + x] = sum;
    }
  }
  return result;
}
