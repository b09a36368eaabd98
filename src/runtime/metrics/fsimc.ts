import { featureSimilarity, fsimcProtocol, fsimProtocol } from './feature-similarity/feature-similarity.js';
import type { FullReferenceMetric } from './metric.js';

/** Feature similarity of luminance and colour, 0 to 1. For grey images it is FSIM. */
export const fsimc: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'fsimc',
  title: 'FSIMc',
  summary: 'feature similarity of luminance and colour (Zhang et al. 2011)',
  better: 'higher',
  decimals: 4,
  smallestSide: 16,
  undefinedFor: 'images of which neither has a feature',
  protocol: { ...fsimProtocol, colour: 'I and Q', ...fsimcProtocol },
  measure: (image, reference) => featureSimilarity(image, reference, true),
};
