/**
 * The bfloat16 nearest to a number, by the definition of the format: 8 bits of precision, exponents from -126 to 127, multiples of 2^-133 below;
 * ties go to the even multiple, and what rounds to 2^128 is infinite. Independent of the bit patterns that the compiler works on.
 */
export const nearestBfloat16 = (x: number): number => {
  if (!Number.isFinite(x) || x === 0) return x;
  if (x < 0) return -nearestBfloat16(-x);
  const exponent = Math.max(-126, exponentOf(x));
  const unit = 2 ** (exponent - 7);
  const scaled = x / unit;
  const below = Math.floor(scaled);
  const rest = scaled - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  const result = rounded * unit;
  return result >= 2 ** 128 ? Number.POSITIVE_INFINITY : result;
};

/** The exponent e of a number in [2^e, 2^(e + 1)). */
const exponentOf = (x: number): number => {
  const estimate = Math.floor(Math.log2(x));
  return x < 2 ** estimate ? estimate - 1 : x >= 2 ** (estimate + 1) ? estimate + 1 : estimate;
};
