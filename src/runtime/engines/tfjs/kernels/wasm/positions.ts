import type { Tfjs } from '../../library.js';
import { explicitPadding, imageSize, type Window } from '../window.js';

/** Row and column, or height and width. */
export type Pair = readonly [number, number];

/** x [B, H, W, C] with the padding of a window: all that its taps read. */
export function padImage(tf: typeof Tfjs, x: Tfjs.Tensor, window: Window, fill = 0): Tfjs.Tensor {
  return tf.pad(x, explicitPadding(window, imageSize(x.shape)), fill);
}

/** The taps of a window, row by row. */
export function tapsOf({ size: [rows, columns] }: Window): Pair[] {
  return Array.from({ length: rows * columns }, (_, tap) => [Math.floor(tap / columns), tap % columns] as const);
}

/** The pixels of a padded image that a tap of a window meets at its positions [down, across]: [B, down, across, C]. */
export function pixelsAt(tf: typeof Tfjs, image: Tfjs.Tensor, { strides, dilations }: Window, tap: Pair, positions: Pair): Tfjs.Tensor {
  const [batch, , , channels] = image.shape as [number, number, number, number];
  const [top, left] = [tap[0] * dilations[0], tap[1] * dilations[1]];
  const bottom = top + (positions[0] - 1) * strides[0] + 1;
  const right = left + (positions[1] - 1) * strides[1] + 1;
  return tf.stridedSlice(image, [0, top, left, 0], [batch, bottom, right, channels], [1, ...strides, 1]);
}

/** An image with `strides - 1` zeros after each row and column: [B, stride rows, stride columns, C]. */
export function spread(tf: typeof Tfjs, image: Tfjs.Tensor, [down, across]: Pair): Tfjs.Tensor {
  const [batch, rows, columns, channels] = image.shape as [number, number, number, number];
  // Zeros after each pixel are zeros at the end of a row of the matrix [pixels, channels], and so on.
  const wide = tf.pad(tf.reshape(image, [-1, channels]), [
    [0, 0],
    [0, (across - 1) * channels],
  ]);
  const tall = tf.pad(tf.reshape(wide, [-1, columns * across * channels]), [
    [0, 0],
    [0, (down - 1) * columns * across * channels],
  ]);
  return tf.reshape(tall, [batch, rows * down, columns * across, channels]);
}

/** Moves an image down and right (up and left where negative) inside a frame of the given size: crops what leaves it, fills with zeros. */
export function frame(tf: typeof Tfjs, image: Tfjs.Tensor, shift: Pair, size: Pair): Tfjs.Tensor {
  const [batch, , , channels] = image.shape as [number, number, number, number];
  const axes = ([0, 1] as const).map((axis) => {
    const extent = image.shape[axis + 1] as number;
    const begin = Math.max(-shift[axis], 0);
    const before = Math.max(shift[axis], 0);
    const kept = Math.max(Math.min(extent - begin, size[axis] - before), 0);
    return { begin, kept, before, after: size[axis] - before - kept };
  });
  const [rows, columns] = axes as [(typeof axes)[number], (typeof axes)[number]];
  if (rows.kept === 0 || columns.kept === 0) return tf.zeros([batch, ...size, channels]);
  const cropped = tf.slice(image, [0, rows.begin, columns.begin, 0], [batch, rows.kept, columns.kept, channels]);
  return tf.pad(cropped, [
    [0, 0],
    [rows.before, rows.after],
    [columns.before, columns.after],
    [0, 0],
  ]);
}
