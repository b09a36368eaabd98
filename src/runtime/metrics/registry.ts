import { didYouMean } from '../../compiler/diagnostics/did-you-mean.js';
import { inputFailure } from '../files/index.js';
import { fsim } from './fsim.js';
import { fsimc } from './fsimc.js';
import { type FittedMetric, type FullReferenceMetric, type Metric, type ReadyMetric, readyMetric } from './metric.js';
import { niqe } from './niqe/niqe.js';
import { psnr } from './psnr.js';
import { psnrY } from './psnr-y.js';
import { sseq } from './sseq/sseq.js';
import { ssim } from './ssim.js';
import { ssimRGB } from './ssim-rgb.js';
import { ssimY } from './ssim-y.js';

/** All metrics, in the order in which lists show them. */
export const metrics: readonly Metric[] = [psnr, psnrY, ssim, ssimY, ssimRGB, fsim, fsimc, niqe, sseq];

/** What a validation measures where nobody asks for other metrics. */
export const defaultMetrics: readonly FullReferenceMetric[] = [psnr, ssim];

/** `defaultMetrics`, ready. */
export const readyDefaultMetrics: readonly ReadyMetric[] = defaultMetrics.map(readyMetric);

/** Metrics that read a model file. */
export const fittedMetrics: readonly FittedMetric[] = metrics.filter((metric) => metric.kind === 'fitted');

/** The metrics of a list, each once, in its order. @throws RuntimeFailure for a name that no metric has. */
export function metricsNamed(names: readonly string[]): Metric[] {
  return [...new Set(names)].map((name) => {
    const known = metrics.map((metric) => metric.name);
    const found = metrics.find((metric) => metric.name === name);
    if (found !== undefined) return found;
    const [nearest] = didYouMean(name, known);
    throw inputFailure(
      `there is no metric ${name}. ${nearest === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${nearest}?`}`,
    );
  });
}
