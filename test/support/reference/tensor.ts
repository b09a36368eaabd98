/** A tensor in float64, row-major. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export const elementsIn = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => elementsIn(shape.slice(axis + 1)));

/** Indices of the element at a row-major position. */
export const indicesAt = (shape: readonly number[], position: number): number[] => {
  const strides = stridesOf(shape);
  return shape.map((extent, axis) => Math.floor(position / (strides[axis] ?? 1)) % extent);
};

/** A tensor whose element at each index comes from a function. */
export const generate = (shape: readonly number[], valueAt: (indices: readonly number[]) => number): Tensor64 => ({
  shape,
  values: Float64Array.from({ length: elementsIn(shape) }, (_, position) => valueAt(indicesAt(shape, position))),
});

/** The element at an index. */
export const at = ({ shape, values }: Tensor64, indices: readonly number[]): number => {
  const strides = stridesOf(shape);
  return values[indices.reduce((offset, index, axis) => offset + index * (strides[axis] ?? 0), 0)] ?? Number.NaN;
};

/** The element at an index of a larger shape that the tensor is broadcast to. */
export const atBroadcast = (tensor: Tensor64, indices: readonly number[]): number => {
  const missing = indices.length - tensor.shape.length;
  return at(
    tensor,
    tensor.shape.map((extent, axis) => (extent === 1 ? 0 : (indices[missing + axis] ?? 0))),
  );
};
