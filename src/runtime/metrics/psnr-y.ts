import { studioLuma } from './luma.js';
import type { FullReferenceMetric } from './metric.js';
import { psnrProtocol, signalToNoise } from './signal-to-noise.js';

/** Peak signal-to-noise ratio of luma, in dB, as papers on super-resolution take it (but for the border that they cut). Its peak is 255, though luma ends at 235. */
export const psnrY: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'psnr_y',
  title: 'PSNR (Y)',
  summary: "peak signal-to-noise ratio of luma, MATLAB's rgb2ycbcr",
  unit: 'dB',
  better: 'higher',
  decimals: 2,
  smallestSide: 1,
  protocol: { channels: 'Y of MATLAB rgb2ycbcr (BT.601, 16 to 235), rounded to 8 bits', ...psnrProtocol },
  measure: (image, reference) => signalToNoise(studioLuma(image), studioLuma(reference)),
};
