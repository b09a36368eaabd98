import { channelOf } from './luma.js';
import type { FullReferenceMetric } from './metric.js';
import { ssimProtocol, ssimWindow, structuralSimilarity } from './structural-similarity.js';

const channels = [0, 1, 2] as const;

/** Structural similarity of red, green and blue, each by itself, and their mean, -1 to 1. */
export const ssimRGB: FullReferenceMetric = {
  kind: 'full-reference',
  name: 'ssim_rgb',
  title: 'SSIM (RGB)',
  summary: 'structural similarity, mean of that of red, green and blue',
  better: 'higher',
  decimals: 4,
  smallestSide: ssimWindow,
  protocol: { channels: 'RGB, mean of the three', ...ssimProtocol },
  measure(image, reference) {
    const { width, height } = image;
    const ofChannel = channels.map((c) => structuralSimilarity(channelOf(image, c), channelOf(reference, c), width, height));
    return ofChannel.reduce((sum, value) => sum + value, 0) / channels.length;
  },
};
