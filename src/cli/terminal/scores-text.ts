import { isScore, metrics, type ReadyMetric, type Scores } from '../../runtime/metrics/index.js';

/** `PSNR 18.50 dB, SSIM 0.7500`. @param scores by name of the metric. */
export function scoresText(scores: Scores): string {
  const entries = Object.entries(scores).map(([name, value]) => {
    const metric: Partial<ReadyMetric['metric']> = metrics.find((known) => known.name === name) ?? {};
    const { title = name, unit, decimals = 4 } = metric;
    return `${title} ${isScore(value) ? `${value.toFixed(decimals)}${unit === undefined ? '' : ` ${unit}`}` : '-'}`;
  });
  return entries.join(', ');
}
