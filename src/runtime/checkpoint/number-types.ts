/** IEEE 754 half precision, little-endian, as float32: every half is a float32 too. */
export function fromHalfFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => halfFloat(view.getUint16(2 * i, true)));
}

/** Largest magnitude that half precision holds. */
export const largestHalf = 65504;

/** Values in IEEE 754 half precision, little-endian, rounded to nearest, ties to even; magnitudes above `largestHalf` are the caller's to refuse. */
export function toHalfFloats(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint16(2 * i, halfBits(value), true);
  return bytes;
}

/** bfloat16, little-endian: the upper half of a float32. */
export function fromBrainFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result = new Float32Array(bytes.length / 2);
  const words = new Uint32Array(result.buffer);
  for (let i = 0; i < result.length; i++) words[i] = view.getUint16(2 * i, true) << 16;
  return result;
}

/** Little-endian whole numbers of 4 or 8 bytes, rounded to float32. */
export function fromIntegers(bytes: Uint8Array, size: 4 | 8): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / size }, (_, i) =>
    size === 4 ? view.getInt32(4 * i, true) : Number(view.getBigInt64(8 * i, true)),
  );
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Without an exponent there is no leading 1: 0 and the subnormal numbers.
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Smallest exponent of a normal half; numbers below share its spacing. */
const smallestExponent = -14;

function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude === 0) return sign;
  const exponent = Math.max(smallestExponent, Math.floor(Math.log2(magnitude)));
  // Counted in steps of the last bit; a carry out of the fraction runs into the exponent, as it should.
  const steps = roundToEven(magnitude * 2 ** (10 - exponent));
  return sign | (((exponent - smallestExponent) << 10) + steps);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
}
