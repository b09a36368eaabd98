import { studioLuma } from './luma.js';
import type { FullReferenceMetric } from './metric.js';
import { ssimProtocol, ssimWindow, structuralSimilarity } from './structural-similarity.js';

/** Structural similarity of the luma of MATLAB's rgb2ycbcr, -1 to 1, as papers on super-resolution take it (but for the border that they cut). */
export const ssimY: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'ssim_y',
  title: 'SSIM (Y)',
  summary: "structural similarity of luma, MATLAB's rgb2ycbcr",
  better: 'higher',
  decimals: 4,
  smallestSide: ssimWindow,
  protocol: { channels: 'Y of MATLAB rgb2ycbcr (BT.601, 16 to 235), rounded to 8 bits', ...ssimProtocol },
  measure: (image, reference) => structuralSimilarity(studioLuma(image), studioLuma(reference), image.width, image.height),
};
