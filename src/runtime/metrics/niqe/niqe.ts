import { fileURLToPath } from 'node:url';
import { fingerprint, notOfficial } from '../fingerprint.js';
import { greyLuma } from '../luma.js';
import type { FittedMetric } from '../metric.js';
import { blockFeatures, blockSide, featureCount } from './features.js';
import { readNIQEModel } from './model.js';
import { fitGaussian, gaussianDistance } from './multivariate-gaussian.js';

/** Fingerprint of the model of the release of 2012. */
const official = 'f6284a2b53fd40bb';

/**
 * Natural image quality evaluator (Mittal, Soundararajan and Bovik, "Making a completely blind image quality analyzer", IEEE Signal Processing Letters
 * 2013): the distance of an image's natural scene statistics to those of good photographs. With the official model it gives the numbers of computequality.m
 * of the release of 2012.
 */
export const niqe: FittedMetric = {
  kind: 'fitted',
  name: 'niqe',
  title: 'NIQE',
  summary: 'natural image quality evaluator (Mittal et al. 2013), needs no reference',
  better: 'lower',
  decimals: 3,
  smallestSide: blockSide,
  undefinedFor: `images with fewer than two blocks of ${blockSide}x${blockSide} pixels that have any structure`,
  protocol: {
    algorithm: 'computequality.m of the release of 2012',
    luminance: 'MATLAB rgb2gray, rounded to 8 bits',
    blocks: `${blockSide}x${blockSide}, none overlapping, all`,
    scales: 'full and half size (MATLAB imresize)',
  },
  model: {
    content: 'mean and covariance of good photographs, as JSON or as the modelparameters.mat of its release',
    shipped: fileURLToPath(new URL('../../../../models/metrics/niqe.json', import.meta.url)),
  },
  open(file) {
    const { gaussian, source } = readNIQEModel(file);
    const id = fingerprint([...gaussian.mean, ...gaussian.covariance]);
    return {
      protocol: {
        model: id === official ? 'the official one (NIQE Software Release, LIVE, 2012)' : `${source}; ${notOfficial}`,
        'numbers of the model': id,
      },
      measure({ width, height, data }) {
        const blocks = blockFeatures({ width, height, values: greyLuma({ width, height, data }) });
        return gaussianDistance(
          gaussian,
          fitGaussian(
            blocks.map(({ features }) => features),
            featureCount,
          ),
        );
      },
    };
  },
};
