import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../../src/runtime/data/index.js';
import { psnr } from '../../../src/runtime/metrics/psnr.js';
import { ssim } from '../../../src/runtime/metrics/ssim.js';

const oracle = fileURLToPath(new URL('../../../../shared/oracle/metrics/pyiqa_ResultsCalibra', import.meta.url));
const present = existsSync(`${oracle}/results_official.csv`);
if (!present) console.log(`skipped: the published values are not at ${oracle}`);

describe.skipIf(!present)('metrics against the published values of pyiqa ResultsCalibra', () => {
  const rows = present
    ? readFileSync(`${oracle}/results_official.csv`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(','))
    : [];
  const names = rows[0]?.slice(1) ?? [];
  const published = (metric: string, i: number) => Number(rows.find(([name]) => name === metric)?.[i + 1]);

  it.each(names.map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const [distorted, reference] = await Promise.all(
      ['dist_dir', 'ref_dir'].map((folder) => readImage(`${oracle}/${folder}/${name}`, 'training')),
    );
    if (!distorted || !reference) throw new Error('unreadable');
    expect(psnr.measure(distorted, reference)).toBeCloseTo(published('psnr', i), 2);
    expect(Math.abs(ssim.measure(distorted, reference) - published('ssim', i))).toBeLessThan(6e-5);
  });
});
