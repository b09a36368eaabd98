import { describe, expect, it } from 'vitest';
import { fromHalfFloats, toHalfFloats } from '../../../src/runtime/checkpoint/number-types.js';

const half = (value: number): number => new DataView(toHalfFloats(Float32Array.of(value)).buffer).getUint16(0, true);
const bytesOf = (bits: number): Uint8Array => Uint8Array.of(bits & 0xff, bits >> 8);
const floatOf = (bits: number): number => fromHalfFloats(bytesOf(bits))[0] as number;

describe('float16', () => {
  // From Python: struct.pack("e", x), of x as float32.
  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [0.1, 0x2e66],
    [1 / 3, 0x3555],
    [65504, 0x7bff],
    [-0, 0x8000],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [6.0975552e-5, 0x03ff],
    [1.00048828125, 0x3c00],
    [1.00146484375, 0x3c02],
    [2047.9999, 0x6800],
  ])('stores %d as Python does', (value, bits) => {
    expect(half(value)).toBe(bits);
  });

  it('gives back each finite half as it was', () => {
    for (let bits = 0; bits < 0x10000; bits++) if ((bits & 0x7c00) !== 0x7c00) expect(half(floatOf(bits))).toBe(bits);
  });

  it('rounds what lies between two halves to the nearer, and to the even one in the middle', () => {
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const [low, high] = [floatOf(bits), floatOf(bits + 1)];
      expect(half(low + 0.49 * (high - low))).toBe(bits);
      expect(half(low + 0.51 * (high - low))).toBe(bits + 1);
      expect(half((low + high) / 2)).toBe(bits % 2 === 0 ? bits : bits + 1);
    }
  });
});
