/** Side of the blocks that are transformed. */
export const transformSide = 8;

/** Orthonormal DCT-II matrix, row k the cosine of frequency k. */
const basis = Float64Array.from({ length: transformSide ** 2 }, (_, i) => {
  const [k, n] = [Math.floor(i / transformSide), i % transformSide];
  return Math.sqrt((k === 0 ? 1 : 2) / transformSide) * Math.cos((Math.PI * (2 * n + 1) * k) / (2 * transformSide));
});

/** Orthonormal two-dimensional DCT-II of a block of 8x8 values, MATLAB's dct2. @returns 64 coefficients, the mean's first. */
export function discreteCosineTransform(block: Float64Array): Float64Array {
  return multiply(basis, transposed(multiply(basis, transposed(block))));
}

function multiply(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(transformSide ** 2);
  for (let i = 0; i < transformSide; i++) {
    for (let j = 0; j < transformSide; j++) {
      let sum = 0;
      for (let k = 0; k < transformSide; k++) sum += (a[i * transformSide + k] as number) * (b[k * transformSide + j] as number);
      result[i * transformSide + j] = sum;
    }
  }
  return result;
}

function transposed(a: Float64Array): Float64Array {
  return a.map((_, i) => a[(i % transformSide) * transformSide + Math.floor(i / transformSide)] as number);
}
