import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { contractOf } from '../../examples/web/src/worker/contract.js';
import { explain, Failure } from '../../examples/web/src/worker/failure.js';
import { withAlpha, withoutAlpha } from '../../examples/web/src/worker/samples.js';
import { speedUpTransposedConvolution } from '../../examples/web/src/worker/transposed-convolution.js';
import { agree, trialInput } from '../../examples/web/src/worker/trial.js';
import { phasesOf } from '../../src/runtime/engines/tfjs/kernels/wasm/phases.js';

describe('transposed convolution on wasm', () => {
  /** Height, width, channels, filters, size of the filter, stride. */
  const cases = [
    [16, 12, 8, 16, 4, 2],
    [5, 7, 3, 2, 3, 2],
    [5, 7, 3, 2, 5, 2],
    [4, 6, 3, 2, 6, 3],
    [3, 3, 2, 2, 2, 2],
    [3, 4, 2, 2, 3, 1],
    // Phases without a tap.
    [3, 3, 2, 2, 1, 2],
  ] as const;

  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('gives what the kernel of tfjs gives, and leaves no tensor behind', async () => {
    const inputs = cases.map(([height, width, channels, filters, size], i) => ({
      x: tf.randomUniform<tf.Rank.R4>([2, height, width, channels], -1, 1, 'float32', i),
      filter: tf.randomUniform<tf.Rank.R4>([size, size, filters, channels], -1, 1, 'float32', 100 + i),
    }));
    const results = () =>
      cases.map(([height, width, , filters, , stride], i) => {
        const { x, filter } = inputs[i] as (typeof inputs)[number];
        return tf.tidy(() => tf.conv2dTranspose(x, filter, [2, height * stride, width * stride, filters], stride, 'same').dataSync());
      });
    const expected = results();
    speedUpTransposedConvolution();
    const before = tf.memory().numTensors;
    const found = results();
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, values] of found.entries()) {
      expect(values).toHaveLength(expected[i]?.length as number);
      expect(Math.max(...values.map((value, at) => Math.abs(value - (expected[i]?.[at] as number))))).toBeLessThan(1e-5);
    }
  });

  it('is a plain convolution for each phase that has a tap', () => {
    expect(phasesOf(4, 2, 1, 5, 10)).toEqual([
      { taps: [3, 1], pad: [1, 0] },
      { taps: [2, 0], pad: [0, 1] },
    ]);
    expect(phasesOf(1, 2, 0, 5, 10).map(({ taps }) => taps)).toEqual([[0], []]);
  });
});

describe('the trial of a graphics card', () => {
  const contract = contractOf({ mfnc: { sizeDivisors: { height: 12, width: 8 } } });

  it('has an input that the network takes', () => {
    const { shape, values } = trialInput(contract);
    expect(shape).toEqual([1, 36, 32, 3]);
    expect(values.every((value) => value >= -1 && value <= 1)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(1000);
  });

  it('is passed within half a level of 8 bits, not beyond, and not with NaN', () => {
    const output = Float32Array.of(-1, 0, 0.5);
    const off = (by: number) => output.map((value, i) => (i === 1 ? value + by : value));
    expect(agree(output, off(0.0039), contract)).toBe(true);
    expect(agree(output, off(0.004), contract)).toBe(false);
    expect(agree(output, off(Number.NaN), contract)).toBe(false);
    expect(agree(output, output.subarray(1), contract)).toBe(false);
  });
});

describe('a compiled network', () => {
  it('says what its input must be divisible by; a model from elsewhere is refused', () => {
    expect(contractOf({ mfnc: { sizeDivisors: { height: 4, width: 2 } } }).divisors).toEqual({ height: 4, width: 2 });
    for (const metadata of [undefined, {}, { mfnc: {} }, { mfnc: { sizeDivisors: { height: 0, width: 1.5 } } }])
      expect(() => contractOf(metadata)).toThrow('not compiled by mfnc');
  });
});

describe('samples', () => {
  it('lose their alpha and get it back', () => {
    const pixels = Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect([...withoutAlpha(pixels)]).toEqual([1, 2, 3, 5, 6, 7]);
    withAlpha(Uint8Array.of(10, 20, 30, 50, 60, 70), pixels);
    expect([...pixels]).toEqual([10, 20, 30, 4, 50, 60, 70, 8]);
  });
});

describe('a failure', () => {
  it('is a sentence, and says whether the worker is of more use', () => {
    expect(explain(new Failure('The file is empty.'))).toEqual({ sentence: 'The file is empty.', restart: false });
    expect(explain(new RangeError('Array buffer allocation failed'))).toMatchObject({
      sentence: expect.stringContaining('ran out of memory'),
      restart: true,
    });
    expect(explain(new Error('Aborted(OOM)')).sentence).toContain('ran out of memory');
    expect(explain(new TypeError('x is undefined\n    at y'))).toEqual({
      sentence: 'The photograph could not be enhanced: x is undefined.',
      restart: true,
    });
  });
});
