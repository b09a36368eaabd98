/** A tensor in float64, row-major. */
export interface Tensor64 {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

export const elementsIn = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => elementsIn(shape.slice(axis + 1)));

/** Indices of the element at a row-major position. */
export const indicesAt = (shape: readonly number[], position: number): number[] => {
  const indices = new Array<number>(shape.length).fill(0);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    indices[axis] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return indices;
};

/** A tensor whose element at each index comes from a function. */
export const generate = (shape: readonly number[], valueAt: (indices: readonly number[]) => number): Tensor64 => {
  const values = new Float64Array(elementsIn(shape));
  for (let position = 0; position < values.length; position++) values[position] = valueAt(indicesAt(shape, position));
  return { shape, values };
};

/** The element at an index. */
export const at = ({ shape, values }: Tensor64, indices: readonly number[]): number => {
  let offset = 0;
  for (const [axis, extent] of shape.entries()) offset = offset * extent + (indices[axis] ?? 0);
  return values[offset] ?? Number.NaN;
};

/** The element at an index of a larger shape that the tensor is broadcast to. */
export const atBroadcast = (tensor: Tensor64, indices: readonly number[]): number => {
  const missing = indices.length - tensor.shape.length;
  return at(
    tensor,
    tensor.shape.map((extent, axis) => (extent === 1 ? 0 : (indices[missing + axis] ?? 0))),
  );
};
