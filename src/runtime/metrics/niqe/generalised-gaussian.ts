import { gamma } from './gamma.js';

/** An asymmetric generalised Gaussian distribution: shape, and scale of its left and right half. */
export interface GeneralisedGaussian {
  readonly alpha: number;
  readonly left: number;
  readonly right: number;
}

const shapes = Float64Array.from({ length: 9801 }, (_, i) => (200 + i) / 1000);
/** Gamma(2/a)^2 / (Gamma(1/a) Gamma(3/a)) for each shape a; grows with it. */
const ratios = shapes.map((shape) => gamma(2 / shape) ** 2 / (gamma(1 / shape) * gamma(3 / shape)));

/**
 * Fits an asymmetric generalised Gaussian by matching moments: the shape is looked up in a table from 0.2 to 10 in steps of 0.001 (Lasmar et al. 2009;
 * estimateaggdparam.m of the release). Without values on both sides of zero the scales, or all three, are NaN or meaningless, as there.
 */
export function fitGeneralisedGaussian(values: Float64Array): GeneralisedGaussian {
  let [leftSquares, leftCount, rightSquares, rightCount, absolute] = [0, 0, 0, 0, 0];
  for (const value of values) {
    if (value < 0) {
      leftSquares += value * value;
      leftCount++;
      absolute -= value;
    } else if (value > 0) {
      rightSquares += value * value;
      rightCount++;
      absolute += value;
    }
  }
  const leftDeviation = Math.sqrt(leftSquares / leftCount);
  const rightDeviation = Math.sqrt(rightSquares / rightCount);
  const skew = leftDeviation / rightDeviation;
  const ratio = (absolute / values.length) ** 2 / ((leftSquares + rightSquares) / values.length);
  const alpha = shapeOf((ratio * (skew ** 3 + 1) * (skew + 1)) / (skew ** 2 + 1) ** 2);
  const scale = Math.sqrt(gamma(1 / alpha) / gamma(3 / alpha));
  return { alpha, left: leftDeviation * scale, right: rightDeviation * scale };
}

/** The shape whose ratio is nearest; the smaller one of two that are equally near. The first of the table for NaN, as MATLAB's min has it. */
function shapeOf(ratio: number): number {
  let low = 0;
  let high = ratios.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ratios[middle] as number) < ratio) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return shapes[0] as number;
  if (low === ratios.length) return shapes[low - 1] as number;
  const [below, above] = [ratio - (ratios[low - 1] as number), (ratios[low] as number) - ratio];
  return shapes[below <= above ? low - 1 : low] as number;
}
