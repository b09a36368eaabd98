/** Settings of the filters, those of Zhang et al. 2011. */
export const scales = 4;
export const orientations = 4;
const smallestWavelength = 6;
const wavelengthRatio = 2;
/** Ratio of the deviation of a filter's transfer function to its centre frequency. */
const bandwidth = 0.55;
/** Angle between orientations, in deviations of the angular Gaussian. */
const angularOverlap = 1.2;
const cutoff = 0.45;
const sharpness = 15;

/** The filters of one orientation, and what the estimate of noise needs of them. */
export interface OrientedFilters {
  /** Transfer functions by scale, finest first: width x height values, frequency 0 in the corner. They keep one half of the plane, so results are complex. */
  readonly filters: readonly Float64Array[];
  /** Sum of the squares of the finest filter. */
  readonly finestEnergy: number;
  /** Sum over scales and pixels of the squares of the filters' real kernels, scaled by the square root of the number of pixels. */
  readonly kernelSquares: number;
  /** The same of their products, over each two scales. */
  readonly kernelProducts: number;
}

/**
 * Log-Gabor filters for images of a size (Kovesi, "Image features from phase congruency", 1999): in radius a Gaussian over the logarithm of the
 * frequency, cut off by a Butterworth low-pass, in angle a Gaussian.
 */
export function logGaborFilters(width: number, height: number): OrientedFilters[] {
  const x = frequencies(width);
  const y = frequencies(height);
  const radial = Array.from({ length: scales }, (_, s) => radialFilter(x, y, smallestWavelength * wavelengthRatio ** s));
  return Array.from({ length: orientations }, (_, o) => {
    const spread = angularFilter(x, y, (o * Math.PI) / orientations);
    const filters = radial.map((filter) => filter.map((value, i) => value * (spread[i] as number)));
    return { filters, ...kernelSums(filters, width, height) };
  });
}

/** Frequencies of a transform's bins in cycles per pixel, 0 first. Odd lengths are divided by one less, as the authors' code does it. */
function frequencies(length: number): Float64Array {
  const half = Math.floor(length / 2);
  const divisor = length % 2 === 0 ? length : Math.max(1, length - 1);
  return Float64Array.from({ length }, (_, i) => (i < length - half ? i : i - length) / divisor);
}

function mapPlane(x: Float64Array, y: Float64Array, value: (fx: number, fy: number) => number): Float64Array {
  const result = new Float64Array(x.length * y.length);
  for (let row = 0, i = 0; row < y.length; row++) {
    for (let column = 0; column < x.length; column++, i++) result[i] = value(x[column] as number, y[row] as number);
  }
  return result;
}

function radialFilter(x: Float64Array, y: Float64Array, wavelength: number): Float64Array {
  const filter = mapPlane(x, y, (fx, fy) => {
    const radius = Math.hypot(fx, fy);
    const lowPass = 1 / (1 + (radius / cutoff) ** (2 * sharpness));
    return Math.exp(-(Math.log(radius * wavelength) ** 2) / (2 * Math.log(bandwidth) ** 2)) * lowPass;
  });
  filter[0] = 0;
  return filter;
}

function angularFilter(x: Float64Array, y: Float64Array, angle: number): Float64Array {
  const deviation = Math.PI / orientations / angularOverlap;
  return mapPlane(x, y, (fx, fy) => {
    const theta = Math.atan2(-fy, fx);
    const away = Math.abs(Math.atan2(Math.sin(theta - angle), Math.cos(theta - angle)));
    return Math.exp(-(away ** 2) / (2 * deviation ** 2));
  });
}

/** By Parseval's theorem without a transform: the real part of a kernel belongs to the even part of its filter. */
function kernelSums(filters: readonly Float64Array[], width: number, height: number): Omit<OrientedFilters, 'filters'> {
  let finestEnergy = 0;
  let kernelSquares = 0;
  let kernelProducts = 0;
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const opposite = ((height - row) % height) * width + ((width - column) % width);
      finestEnergy += (filters[0]?.[i] as number) ** 2;
      let before = 0;
      for (const filter of filters) {
        const even = ((filter[i] as number) + (filter[opposite] as number)) / 2;
        kernelSquares += even * even;
        kernelProducts += even * before;
        before += even;
      }
    }
  }
  return { finestEnergy, kernelSquares, kernelProducts };
}
