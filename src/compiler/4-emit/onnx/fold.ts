/** Movements of data computed at compile time, for constants: what Transpose and Slice would do at run time. */

export function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
}

/** Elements in row-major order: values, or positions of values. */
type Elements = Float32Array | Uint32Array;

/** Copies a strided view, given by its shape, the strides of its axes and the offset of its first element, into a dense tensor. */
function gather<E extends Elements>(values: E, shape: readonly number[], strides: readonly number[], offset: number): E {
  const result = values instanceof Uint32Array ? new Uint32Array(product(shape)) : new Float32Array(product(shape));
  const index = new Array<number>(shape.length).fill(0);
  let source = offset;
  for (let target = 0; target < result.length; target++) {
    result[target] = values[source] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      source += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      source -= next * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return result as E;
}

export function transposeValues<E extends Elements>(values: E, shape: readonly number[], permutation: readonly number[]): E {
  const strides = rowMajorStrides(shape);
  return gather(
    values,
    permutation.map((axis) => shape[axis] as number),
    permutation.map((axis) => strides[axis] as number),
    0,
  );
}

/** A slice along one axis: `count` elements from `start`, `step` apart; a negative step runs backwards. */
export interface AxisSlice {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

export function slicedShape(shape: readonly number[], slices: readonly AxisSlice[]): number[] {
  const result = [...shape];
  for (const { axis, count } of slices) result[axis] = count;
  return result;
}

export function sliceValues<E extends Elements>(values: E, shape: readonly number[], slices: readonly AxisSlice[]): E {
  const strides = rowMajorStrides(shape);
  let offset = 0;
  for (const { axis, start, step } of slices) {
    offset += start * (strides[axis] as number);
    strides[axis] = (strides[axis] as number) * step;
  }
  return gather(values, slicedShape(shape, slices), strides, offset);
}
