import type { HostTensor } from '../engines/engine.js';

/** Uniform noise in a range (default [-1, 1]), the same for the same seed (mulberry32). */
export function randomImages(shape: readonly number[], seed: number, [least, greatest]: readonly [number, number] = [-1, 1]): HostTensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const scale = (greatest - least) / 2 ** 32;
  let state = seed >>> 0;
  for (let i = 0; i < values.length; i++) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    values[i] = ((mixed ^ (mixed >>> 14)) >>> 0) * scale + least;
  }
  return { shape, values };
}
