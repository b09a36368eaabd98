import { resolvePadding, type Window } from '../../../../compiler/ops/rules/padding.js';
import type { Tfjs } from '../library.js';

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
    const rest = result.shape;
    const split = tf.reshape(result, [...rest.slice(0, axis + 1), 1, ...rest.slice(axis + 1)]);
    const padded = tf.pad(
      split,
      split.shape.map((_, i): [number, number] => [0, i === axis + 1 ? gap : 0]),
    );
    const spread = tf.reshape(padded, [...rest.slice(0, axis), size[axis] * dilations[axis], ...rest.slice(axis + 1)]);
    const begin = rest.map(() => 0);
    result = tf.slice(
      spread,
      begin,
      rest.map((extent, i) => (i === axis ? (size[axis] - 1) * dilations[axis] + 1 : extent)),
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
