import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/runtime/data/index.js';
import { type Complex, complexZeros, fourierTransform, ImageTransform } from '../../../src/runtime/metrics/feature-similarity/fourier.js';

function randomComplex(length: number): Complex {
  const random = new Random(1, 'signal', length);
  return {
    re: Float64Array.from({ length }, () => random.uniform() - 0.5),
    im: Float64Array.from({ length }, () => random.uniform() - 0.5),
  };
}

/** The definition, term by term. */
function byDefinition({ re, im }: Complex): Complex {
  const n = re.length;
  const result = complexZeros(n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      result.re[k] = (result.re[k] as number) + (re[j] as number) * Math.cos(angle) - (im[j] as number) * Math.sin(angle);
      result.im[k] = (result.im[k] as number) + (re[j] as number) * Math.sin(angle) + (im[j] as number) * Math.cos(angle);
    }
  }
  return result;
}

const furthest = (a: Complex, b: Complex) =>
  Math.max(
    ...a.re.map((value, i) => Math.abs(value - (b.re[i] as number))),
    ...a.im.map((value, i) => Math.abs(value - (b.im[i] as number))),
  );

describe('Fourier transform', () => {
  it('gives what the definition gives at every length: powers of two, mixed factors, primes', () => {
    for (const length of [...Array.from({ length: 66 }, (_, i) => i + 1), 97, 100, 101, 128, 131, 194, 225, 240, 300, 1009]) {
      const input = randomComplex(length);
      const output = complexZeros(length);
      fourierTransform(length).transform(input, output);
      expect(furthest(output, byDefinition(input)), `length ${length}`).toBeLessThan(1e-12 * length);
    }
  });

  it('of images transforms rows and columns, and comes back', () => {
    for (const [width, height] of [
      [6, 4],
      [37, 12],
      [1, 5],
    ] as const) {
      const image = randomComplex(width * height);
      const spectrum = { re: image.re.slice(), im: image.im.slice() };
      const transform = new ImageTransform(width, height);
      transform.forward(spectrum);
      const [u, v] = [width - 1, height >> 1];
      let [re, im] = [0, 0];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const angle = -2 * Math.PI * ((u * x) / width + (v * y) / height);
          const [a, b] = [image.re[y * width + x] as number, image.im[y * width + x] as number];
          re += a * Math.cos(angle) - b * Math.sin(angle);
          im += a * Math.sin(angle) + b * Math.cos(angle);
        }
      }
      expect(spectrum.re[v * width + u]).toBeCloseTo(re, 11);
      expect(spectrum.im[v * width + u]).toBeCloseTo(im, 11);
      transform.inverse(spectrum);
      expect(furthest(spectrum, image)).toBeLessThan(1e-14 * width * height);
    }
  });
});
