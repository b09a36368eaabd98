import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type RGBImage, readImage } from '../../../src/runtime/data/index.js';
import { fsim } from '../../../src/runtime/metrics/fsim.js';
import { fsimc } from '../../../src/runtime/metrics/fsimc.js';
import { psnr } from '../../../src/runtime/metrics/psnr.js';
import { ssim } from '../../../src/runtime/metrics/ssim.js';

const oracle = fileURLToPath(new URL('../../../../shared/oracle/metrics', import.meta.url));
const calibration = `${oracle}/pyiqa_ResultsCalibra`;
const present = existsSync(`${calibration}/results_official.csv`);
if (!present) console.log(`skipped: the published values are not at ${oracle}`);

/** FSIM and FSIMc of the authors' MATLAB code for the images of `calibration`. */
const official: Readonly<Record<string, readonly [number, number]>> = {
  'I03.bmp': [0.69729, 0.68903],
  'I04.bmp': [0.99982, 0.97019],
  'I06.bmp': [0.99991, 0.99268],
  'I08.bmp': [0.95862, 0.9575],
  'I19.bmp': [0.82976, 0.82203],
};

/** A GIF, as sharp decodes it. */
async function readGIF(path: string): Promise<RGBImage> {
  const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

describe.skipIf(!present)('metrics against the published values of pyiqa ResultsCalibra', () => {
  const rows = present
    ? readFileSync(`${calibration}/results_official.csv`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(','))
    : [];
  const names = rows[0]?.slice(1) ?? [];
  const published = (metric: string, i: number) => Number(rows.find(([name]) => name === metric)?.[i + 1]);

  it.each(names.map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const [distorted, reference] = await Promise.all(
      ['dist_dir', 'ref_dir'].map((folder) => readImage(`${calibration}/${folder}/${name}`, 'training')),
    );
    if (!distorted || !reference) throw new Error('unreadable');
    expect(psnr.measure(distorted, reference)).toBeCloseTo(published('psnr', i), 2);
    expect(Math.abs(ssim.measure(distorted, reference) - published('ssim', i))).toBeLessThan(6e-5);
    const [luminance, colour] = official[name] ?? [];
    expect(Math.abs(fsim.measure(distorted, reference) - (luminance as number))).toBeLessThan(1e-5);
    expect(Math.abs(fsimc.measure(distorted, reference) - (colour as number))).toBeLessThan(1e-5);
    expect(Math.abs(fsimc.measure(distorted, reference) - published('fsim', i))).toBeLessThan(6e-5);
  });
});

describe.skipIf(!present)("FSIM against the authors' code on the assets of piq", () => {
  const assets = `${oracle}/piq/tests/assets`;

  it('of a photograph in colour', async () => {
    const [distorted, reference] = await Promise.all([
      readImage(`${assets}/i01_01_5.bmp`, 'training'),
      readImage(`${assets}/I01.BMP`, 'training'),
    ]);
    expect(Math.abs(fsim.measure(distorted, reference) - 0.93674)).toBeLessThan(1e-5);
    expect(Math.abs(fsimc.measure(distorted, reference) - 0.92587)).toBeLessThan(1e-5);
  });

  it('of a grey photograph', async () => {
    const [distorted, reference] = await Promise.all([readGIF(`${assets}/goldhill_jpeg.gif`), readGIF(`${assets}/goldhill.gif`)]);
    expect(Math.abs(fsim.measure(distorted, reference) - 0.89691)).toBeLessThan(1e-4);
  });
});
