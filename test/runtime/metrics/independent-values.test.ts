import { describe, expect, it } from 'vitest';
import { darken, drawDarkening, Random, type RGBImage } from '../../../src/runtime/data/index.js';
import { metrics } from '../../../src/runtime/metrics/index.js';
import type { FullReferenceMetric } from '../../../src/runtime/metrics/metric.js';
import { syntheticPhotograph } from '../../support/images.js';

/**
 * What an independent implementation gives for synthetic photographs and their dark copies, seeds 1 to 4: PSNR and luma by NumPy 2 from MATLAB's documented
 * formulas, SSIM by piq 0.8.0 (`ssim(kernel_size=11, kernel_sigma=1.5, data_range=255, downsample=False)` of each channel), FSIM by its
 * `fsim(data_range=255, chromatic=...)`, all in float64. piq's FSIM has other last digits than the authors' code (colour matrix, median of even counts).
 */
const expected = [
  { width: 96, height: 64, psnr: 6.547758858511132, psnr_y: 7.6141403256159945, ssim: 0.438741608478391, ssim_y: 0.5407805638861071 },
  { width: 131, height: 97, psnr: 7.051028522587023, psnr_y: 8.557890128813902, ssim: 0.4243093319259405, ssim_y: 0.5477714458873025 },
  { width: 75, height: 112, psnr: 5.274503826394474, psnr_y: 6.799951248972661, ssim: 0.22778638017529254, ssim_y: 0.36002951788884946 },
  { width: 640, height: 410, psnr: 7.0836791051217, psnr_y: 8.931839798510925, ssim: 0.328299975224511, ssim_y: 0.49367785804590386 },
] as const;
const expectedFurther = [
  { ssim_rgb: 0.39062392862369305, fsim: 0.8542712880138488, fsimc: 0.8413405153016167 },
  { ssim_rgb: 0.37263501385332715, fsim: 0.854907785670357, fsimc: 0.84348113145441 },
  { ssim_rgb: 0.189006825357844, fsim: 0.7848069305425914, fsimc: 0.7614545259551382 },
  { ssim_rgb: 0.28883997253381494, fsim: 0.7692968872801857, fsimc: 0.7544776433551006 },
] as const;

const fullReference = metrics.filter((metric) => metric.kind === 'full-reference');

const darkCopy = (image: RGBImage, seed: number) => darken(image, drawDarkening(1, String(seed)), new Random(1, 'noise', seed));

const metricNamed = (name: string) => fullReference.find((metric) => metric.name === name) as FullReferenceMetric;

describe('metrics against an independent implementation', () => {
  it.each(expected.map((row, i) => ({ ...row, ...expectedFurther[i] })))('$width x $height', ({ width, height, ...scores }) => {
    const seed = 1 + expected.findIndex((row) => row.width === width);
    const image = syntheticPhotograph(width, height, seed);
    const dark = darkCopy(image, seed);
    expect(Object.keys(scores).sort()).toEqual(fullReference.map(({ name }) => name).sort());
    for (const [name, score] of Object.entries(scores)) {
      const tolerance = name.startsWith('fsim') ? 2e-5 : 1e-10;
      expect(Math.abs(metricNamed(name).measure(dark, image) - score), name).toBeLessThan(tolerance);
    }
  });
});

describe('full-reference metrics', () => {
  const image = syntheticPhotograph(33, 27, 5);
  const dark = darkCopy(image, 5);

  it.each(fullReference)('$name is best for equal images, and symmetric', ({ measure, name, better }) => {
    const equal = measure(image, image);
    expect(equal).toBeCloseTo(name.startsWith('psnr') ? 100 : 1, 12);
    expect(measure(dark, image)).toBeCloseTo(measure(image, dark), 12);
    expect(Math.sign(equal - measure(dark, image))).toBe(better === 'higher' ? 1 : -1);
  });

  it.each(fullReference)('$name gives a number for the smallest images that it takes', ({ measure, smallestSide }) => {
    const [small, other] = [1, 2].map((seed) => syntheticPhotograph(smallestSide, smallestSide, seed)) as [RGBImage, RGBImage];
    expect(Number.isFinite(measure(small, other))).toBe(true);
  });

  it('FSIMc of grey images is their FSIM', () => {
    const grey = (from: RGBImage): RGBImage => ({ ...from, data: from.data.map((_, i, all) => all[i - (i % 3)] as number) });
    const [a, b] = [grey(image), grey(dark)];
    expect(metricNamed('fsimc').measure(a, b)).toBeCloseTo(metricNamed('fsim').measure(a, b), 12);
    expect(metricNamed('fsimc').measure(dark, image)).not.toBeCloseTo(metricNamed('fsim').measure(dark, image), 3);
  });

  it('FSIM has no number where neither image has a feature, and one where only one has', () => {
    const flat: RGBImage = { width: 33, height: 27, data: new Uint8Array(33 * 27 * 3) };
    expect(metricNamed('fsim').measure(flat, flat)).toBeNaN();
    expect(metricNamed('fsim').measure(flat, image)).toBeLessThan(0.9);
  });
});
