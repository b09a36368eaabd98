import type { FullReferenceMetric } from './metric.js';
import { psnrProtocol, signalToNoise } from './signal-to-noise.js';

/** Peak signal-to-noise ratio over all pixels and the three channels, in dB; no border is left out. */
export const psnr: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'psnr',
  title: 'PSNR',
  summary: 'peak signal-to-noise ratio over red, green and blue',
  unit: 'dB',
  better: 'higher',
  decimals: 2,
  smallestSide: 1,
  protocol: { channels: 'RGB, one mean squared error over all', ...psnrProtocol },
  measure: (image, reference) => signalToNoise(image.data, reference.data),
};
