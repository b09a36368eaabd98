import { type Complex, complexZeros, ImageTransform } from './fourier.js';
import { logGaborFilters, type OrientedFilters, scales } from './log-gabor.js';

/** Deviations above the mean of the noise's energy at which features begin. */
const noiseDeviations = 2;
/** By which the threshold of noise is divided in the authors' code. */
const thresholdDivisor = 1.7;
const epsilon = 1e-4;

/**
 * Phase congruency of images of one size (Kovesi, "Image features from phase congruency", 1999, as Zhang et al. 2011 use it): where the frequencies of an
 * image are in phase there is a feature, whatever its contrast.
 */
export class PhaseCongruency {
  private readonly transform: ImageTransform;
  private readonly filters: readonly OrientedFilters[];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.transform = new ImageTransform(width, height);
    this.filters = logGaborFilters(width, height);
  }

  /** @param channel width x height samples. @returns width x height values from 0, no feature, to 1. */
  of(channel: Float64Array): Float64Array {
    const spectrum: Complex = { re: Float64Array.from(channel), im: new Float64Array(channel.length) };
    this.transform.forward(spectrum);
    const energy = new Float64Array(channel.length);
    const amplitude = new Float64Array(channel.length);
    for (const oriented of this.filters) this.addOrientation(spectrum, oriented, energy, amplitude);
    // Where nothing responds to any filter, as in an even grey, there is no feature.
    return energy.map((value, i) => ((amplitude[i] as number) > 0 ? value / (amplitude[i] as number) : 0));
  }

  /** Adds the energy above the noise, and the sum of amplitudes, of one orientation. */
  private addOrientation(spectrum: Complex, oriented: OrientedFilters, energy: Float64Array, amplitude: Float64Array): void {
    const responses = oriented.filters.map((filter) => this.filtered(spectrum, filter));
    const threshold = noiseThreshold(responses[0] as Complex, oriented);
    for (let i = 0; i < energy.length; i++) {
      let even = 0;
      let odd = 0;
      let amplitudes = 0;
      for (let s = 0; s < scales; s++) {
        const { re, im } = responses[s] as Complex;
        even += re[i] as number;
        odd += im[i] as number;
        amplitudes += Math.sqrt((re[i] as number) ** 2 + (im[i] as number) ** 2);
      }
      const length = Math.sqrt(even * even + odd * odd) + epsilon;
      even /= length;
      odd /= length;
      let sum = 0;
      for (let s = 0; s < scales; s++) {
        const e = responses[s]?.re[i] as number;
        const o = responses[s]?.im[i] as number;
        sum += e * even + o * odd - Math.abs(e * odd - o * even);
      }
      energy[i] = (energy[i] as number) + Math.max(0, sum - threshold);
      amplitude[i] = (amplitude[i] as number) + amplitudes;
    }
  }

  /** The image through a filter: even-symmetric response in the real, odd-symmetric in the imaginary part. */
  private filtered({ re, im }: Complex, filter: Float64Array): Complex {
    const response = complexZeros(filter.length);
    for (let i = 0; i < filter.length; i++) {
      response.re[i] = (re[i] as number) * (filter[i] as number);
      response.im[i] = (im[i] as number) * (filter[i] as number);
    }
    this.transform.inverse(response);
    return response;
  }
}

/** The energy that noise alone is expected to reach in an orientation, from the median response at the finest scale, which is taken to be mostly noise. */
function noiseThreshold({ re, im }: Complex, { finestEnergy, kernelSquares, kernelProducts }: OrientedFilters): number {
  const power = medianOf(re.map((value, i) => value * value + (im[i] as number) ** 2)) / Math.log(2) / finestEnergy;
  const noiseEnergy = 2 * power * kernelSquares + 4 * power * kernelProducts;
  // The energy of noise has a Rayleigh distribution.
  const tau = Math.sqrt(noiseEnergy / 2);
  const mean = tau * Math.sqrt(Math.PI / 2);
  const deviation = Math.sqrt((2 - Math.PI / 2) * tau * tau);
  return (mean + noiseDeviations * deviation) / thresholdDivisor;
}

/** Sorts the values. */
function medianOf(values: Float64Array): number {
  values.sort();
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? (values[middle] as number) : ((values[middle - 1] as number) + (values[middle] as number)) / 2;
}
