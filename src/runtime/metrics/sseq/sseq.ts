import { notOfficial } from '../fingerprint.js';
import { greyLuma } from '../luma.js';
import type { FittedMetric } from '../metric.js';
import { entropyFeatures } from './features.js';
import { readSSEQModel, type SSEQModel } from './model.js';
import { classProbabilities, regress } from './support-vector-machine.js';

/** Fingerprint of the model of the release of 2014. */
const official = '74717133dcefefd8';

/**
 * Spatial-spectral entropy-based quality (Liu, Liu, Huang and Bovik, "No-reference image quality assessment based on spatial and spectral entropies", Signal
 * Processing: Image Communication 2014): entropies of blocks, judged by support vector machines. Gives the numbers of SSEQ.m of the release of 2014.
 */
export const sseq: FittedMetric = {
  kind: 'fitted',
  name: 'sseq',
  title: 'SSEQ',
  summary: 'spatial-spectral entropy-based quality (Liu et al. 2014), needs no reference',
  better: 'lower',
  decimals: 2,
  smallestSide: 64,
  undefinedFor: 'images whose blocks are all alike',
  protocol: {
    algorithm: 'SSEQ.m of the release of 2014',
    luminance: 'MATLAB rgb2gray, rounded to 8 bits',
    blocks: '8x8, none overlapping, filled up with zeros at the border',
    scales: 'full, half and quarter size (MATLAB imresize), each rounded to 8 bits',
  },
  model: { content: 'the ranges and support vector machines of its release, as JSON or as its model.mat' },
  open(file) {
    const model = readSSEQModel(file);
    return {
      protocol: {
        model: model.fingerprint === official ? 'the official one (SSEQ Software Release, LIVE, 2014)' : `${model.source}; ${notOfficial}`,
        'numbers of the model': model.fingerprint,
      },
      measure: ({ width, height, data }) => score(model, entropyFeatures({ width, height, values: greyLuma({ width, height, data }) })),
    };
  },
};

/** SSQA_by_f.m: how bad each distortion would be, weighted by how likely it is. 0 is good, 100 bad; both can be passed. @param features 12 numbers. */
function score({ minimum, maximum, classification, regressions }: SSEQModel, features: Float64Array): number {
  const scaled = features.map(
    (value, i) => -1 + (2 * (value - (minimum[i] as number))) / ((maximum[i] as number) - (minimum[i] as number)),
  );
  const probabilities = classProbabilities(classification, scaled);
  return 50 + 50 * regressions.reduce((sum, machine, i) => sum + (probabilities[i] as number) * regress(machine, scaled), 0);
}
