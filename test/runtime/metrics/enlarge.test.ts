import { describe, expect, it } from 'vitest';
import { enlarge } from '../../../src/runtime/metrics/index.js';

describe('enlarging by imresize', () => {
  it("weighs neighbours by Keys's kernel at the distances of the new pixels, and mirrors the border", () => {
    const line = Array.from({ length: 9 }, (_, x) => (x === 4 ? 200 : 100));
    const { width, height, data } = enlarge({ width: 9, height: 1, data: Uint8Array.from(line.flatMap((value) => [value, 100, 0])) }, 2);
    expect([width, height]).toEqual([18, 2]);
    // At 1.75, 1.25, 0.75 and 0.25 pixels: -0.0234375, -0.0703125, 0.2265625, 0.8671875.
    const wanted = [100, 100, 100, 100, 100, 98, 93, 123, 187, 187, 123, 93, 98, 100, 100, 100, 100, 100];
    for (const row of [0, 1])
      expect(Array.from({ length: 18 }, (_, x) => [...data.subarray(3 * (18 * row + x)).subarray(0, 3)])).toEqual(
        wanted.map((value) => [value, 100, 0]),
      );
  });
});
