import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readImage } from '../../../src/runtime/data/index.js';
import { type FittedMetric, prepareMetrics } from '../../../src/runtime/metrics/index.js';

/** Model files, images and scores of the official MATLAB code; not part of the repository. */
export const oracle = fileURLToPath(new URL('../../../../shared/oracle/metrics', import.meta.url));
export const oracleIsPresent = existsSync(oracle);
if (!oracleIsPresent) console.log(`skipped: the official models and scores are not at ${oracle}`);

const photographs = fileURLToPath(new URL('../../../../shared/data/real', import.meta.url));

/** Score of an image file by a model file, as `mfnc metrics` gives it. */
export async function scoreOf(metric: FittedMetric, model: string, image: string): Promise<number> {
  const [ready] = await prepareMetrics([metric], new Map([[metric.name, { path: model, place: 'test' }]]));
  if (ready === undefined) throw new Error('not ready');
  return ready.measure(await readImage(image, 'training'), undefined);
}

/**
 * Every ninth of the photographs that the official code has scored; all with `MFNC_ALL_PHOTOGRAPHS=1`.
 * @returns path and score.
 */
export function scoredPhotographs(metric: 'niqe' | 'sseq'): [string, number][] {
  if (!oracleIsPresent || !existsSync(photographs)) return [];
  const [head = '', ...rows] = readFileSync(`${oracle}/real_inputs.csv`, 'utf8').trim().split(/\r?\n/);
  const column = head.split(',').indexOf(metric);
  const every = process.env.MFNC_ALL_PHOTOGRAPHS === '1' ? 1 : 9;
  return rows
    .filter((_, i) => i % every === 0)
    .map((row) => {
      const cells = row.split(',');
      return [`${photographs}/${cells[0]}`, Number(cells[column])];
    });
}
