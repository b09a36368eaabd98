/**
 * Order in which a tensor's logical axes stand in memory inside the ONNX graph: axis i of the stored tensor is logical axis `layout[i]`.
 * Logical axes are those of the Program: NHWC for images, HWIO for filters.
 */
export type Layout = readonly number[];

/** NHWC image stored as NCHW, the only layout in which onnxruntime's CPU convolutions run. */
export const channelsFirst: Layout = [0, 3, 1, 2];

/** HWIO filter stored as OIHW, which Conv and ConvTranspose expect. */
export const outputInputFirst: Layout = [3, 2, 0, 1];

/** HWCM filter of a depthwise convolution stored as CMHW. */
export const depthwiseFirst: Layout = [2, 3, 0, 1];

/** The Program's own order. */
export function canonical(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** Shape as stored. */
export function storedShape(shape: readonly number[], layout: Layout): number[] {
  return layout.map((axis) => shape[axis] as number);
}

/** Position of a logical axis in the stored tensor. */
export function storedAxis(layout: Layout, axis: number): number {
  return layout.indexOf(axis < 0 ? axis + layout.length : axis);
}

/** ONNX permutation that turns a tensor stored as `from` into one stored as `to`. */
export function permutationBetween(from: Layout, to: Layout): number[] {
  return to.map((axis) => from.indexOf(axis));
}

/** Whether a permutation leaves the order of the elements in memory as it is, because it moves only axes of length 1. */
export function keepsOrder(shape: readonly number[], permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > (moved[i - 1] as number));
}
