import { resolvePadding, type Window } from '../../../../compiler/ops/rules/padding.js';
import type { Tfjs } from '../library.js';

export type { Window } from '../../../../compiler/ops/rules/padding.js';
export { poolWindow, windowOf } from '../../../../compiler/ops/rules/window.js';

/** tfjs's explicit padding of an NHWC image. */
export function explicitPadding(window: Window, imageSize: readonly [number, number]): [number, number][] {
  const [top, bottom, left, right] = resolvePadding(window.padding, imageSize, window);
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Height and width of an NHWC shape. */
export function imageSize(shape: readonly number[]): readonly [number, number] {
  return [shape[1] as number, shape[2] as number];
}

/**
 * A filter [h, w, ...] with `dilation - 1` zeros between its taps. The gradient kernels of tfjs ignore dilations; with a filter that
 * holds the zeros they need none.
 */
export function dilateFilter(tf: typeof Tfjs, filter: Tfjs.Tensor, { size, dilations }: Window): Tfjs.Tensor {
  let result = filter;
  for (const axis of [0, 1] as const) {
    const gap = dilations[axis] - 1;
    if (gap === 0) continue;
    // Zeros after each tap are zeros at the end of a row of the matrix [taps before and on the axis, elements of one tap].
    const shape = result.shape;
    const taps = shape.slice(0, axis + 1).reduce((product, extent) => product * extent, 1);
    const elements = result.size / taps;
    const spread = tf.pad(tf.reshape(result, [taps, elements]), [
      [0, 0],
      [0, gap * elements],
    ]);
    const dilated = tf.reshape(spread, [...shape.slice(0, axis), size[axis] * dilations[axis], ...shape.slice(axis + 1)]);
    result = tf.slice(
      dilated,
      shape.map(() => 0),
      shape.map((extent, i) => (i === axis ? (size[axis] - 1) * dilations[axis] + 1 : extent)),
    );
  }
  return result;
}

/** The taps of a dilated filter [h, w, ...], without the positions between them. */
export function tapsOfDilated(tf: typeof Tfjs, filter: Tfjs.Tensor, { size, dilations }: Window): Tfjs.Tensor {
  let result = filter;
  for (const axis of [0, 1] as const) {
    if (dilations[axis] === 1) continue;
    const indices = Array.from({ length: size[axis] }, (_, tap) => tap * dilations[axis]);
    result = tf.gather(result, indices, axis);
  }
  return result;
}

/** Rows and columns of a dilated filter. */
export function dilatedSize({ size, dilations }: Window): [number, number] {
  return [(size[0] - 1) * dilations[0] + 1, (size[1] - 1) * dilations[1] + 1];
}
