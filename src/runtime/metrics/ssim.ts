import { greyLuma } from './luma.js';
import type { FullReferenceMetric } from './metric.js';
import { ssimProtocol, ssimWindow, structuralSimilarity } from './structural-similarity.js';

/** Structural similarity of luma, -1 to 1, as the authors of the paper take it of colour images. */
export const ssim: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'ssim',
  title: 'SSIM',
  summary: 'structural similarity of luma (Wang et al. 2004)',
  better: 'higher',
  decimals: 4,
  smallestSide: ssimWindow,
  protocol: { channels: 'luma of MATLAB rgb2gray (BT.601, 0 to 255), rounded to 8 bits', ...ssimProtocol },
  measure: (image, reference) => structuralSimilarity(greyLuma(image), greyLuma(reference), image.width, image.height),
};
