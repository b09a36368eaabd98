/** Side of SSIM's window; images must be at least as large. */
export const ssimWindow = 11;
const sigma = 1.5;
const c1 = (0.01 * 255) ** 2;
const c2 = (0.03 * 255) ** 2;

/** What the protocols of SSIM have in common. */
export const ssimProtocol = {
  samples: '8 bits',
  peak: 255,
  window: `${ssimWindow}x${ssimWindow} Gaussian, sigma ${sigma}`,
  K1: 0.01,
  K2: 0.03,
  positions: 'those at which the window lies within the image',
  downsampling: 'none',
} as const;

/**
 * Structural similarity of two channels (Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004, their
 * ssim_index.m without the later downsampling): an 11x11 Gaussian window of deviation 1.5, K1 = 0.01, K2 = 0.03, L = 255, the mean over all positions at
 * which the window lies within the image. Computed in float64.
 * @param x, y width x height samples from 0 to 255.
 */
export function structuralSimilarity(x: Float64Array, y: Float64Array, width: number, height: number): number {
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
