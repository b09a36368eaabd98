import type { ElementType } from './element-type.js';

/**
 * float32 values rounded to a type: to the nearest number that it has, of two equally near ones to the one whose last bit is 0. NaN stays NaN; what
 * lies beyond the greatest bfloat16 becomes infinite, as IEEE 754 has it.
 */
export const roundTo = (type: ElementType, values: Float32Array): Float32Array => {
  if (type === 'float32') return values;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rounded = new Uint32Array(values.length);
  for (const [i, pattern] of bits.entries()) {
    const isNotANumber = (pattern & 0x7f80_0000) === 0x7f80_0000 && (pattern & 0x007f_ffff) !== 0;
    // Half a unit of the last bit that is kept, one bit less where that bit is 0: a tie stays there.
    const half = 0x7fff + ((pattern >>> 16) & 1);
    rounded[i] = isNotANumber ? 0x7fc0_0000 : (pattern + half) & 0xffff_0000;
  }
  return new Float32Array(rounded.buffer);
};
