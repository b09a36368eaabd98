/** IEEE 754 half precision, little-endian, as float32: every half is a float32 too. */
export function fromHalfFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => halfFloat(view.getUint16(2 * i, true)));
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
