import type { RGBImage } from '../../../src/runtime/data/index.js';

/** The same as `picture` of test/python/image_metrics.py: folded ramps under noise, which is weaker in every fourth block of 96x96. */
export function picture(width: number, height: number, seed: number): RGBImage {
  const data = new Uint8Array(3 * width * height);
  let state = seed;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) {
        state = (Math.imul(1664525, state) + 1013904223) >>> 0;
        const ramp = (x * (c + 2) + y * 3) % 256;
        const noise = (state >>> 24) >> ((Math.floor(x / 96) + 2 * Math.floor(y / 96)) % 4 === 3 ? 3 : 1);
        data[i] = Math.min(255, (ramp < 128 ? ramp : 255 - ramp) + noise);
      }
    }
  }
  return { width, height, data };
}
