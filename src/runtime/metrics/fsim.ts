import { featureSimilarity, fsimProtocol } from './feature-similarity/feature-similarity.js';
import type { FullReferenceMetric } from './metric.js';

/** Feature similarity of luminance, 0 to 1. */
export const fsim: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'fsim',
  title: 'FSIM',
  summary: 'feature similarity of luminance (Zhang et al. 2011)',
  better: 'higher',
  decimals: 4,
  smallestSide: 16,
  undefinedFor: 'images of which neither has a feature',
  protocol: { ...fsimProtocol, colour: 'left out' },
  measure: (image, reference) => featureSimilarity(image, reference, false),
};
