import type { OnnxGraph, Value } from '../graph.js';
import type { Pads, windowOf } from './window.js';

type Window = ReturnType<typeof windowOf>;
/** Row and column, or height and width. */
type Pair = readonly [number, number];

/** For each tap of a window, in row-major order, the pixels of the padded image that it meets: [B, C, rows, columns]. */
export function tapViews(
  graph: OnnxGraph,
  image: Value,
  { size, strides, dilations }: Window,
  pads: Pads,
  [rows, columns]: Pair,
  fill = 0,
): Value[] {
  const padded = graph.pad(image, [0, 0, pads.top, pads.left], [0, 0, pads.bottom, pads.right], 'constant', fill);
  return Array.from({ length: size[0] * size[1] }, (_, tap) => {
    const y = Math.floor(tap / size[1]) * dilations[0];
    const x = (tap % size[1]) * dilations[1];
    return graph.slice(padded, [
      { axis: 2, start: y, count: rows, step: strides[0] },
      { axis: 3, start: x, count: columns, step: strides[1] },
    ]);
  });
}

/** An image [B, C, H, W] with `strides - 1` zeros after each row and column. */
export function spread(graph: OnnxGraph, image: Value, [down, across]: Pair): Value {
  const [batch, channels, rows, columns] = image.shape as [number, number, number, number];
  const images = batch * channels;
  // Zeros after each pixel are zeros at the end of a row of a matrix, and so are zeros after each row.
  const wide = graph.pad(graph.reshape(image, [images * rows * columns, 1]), [0, 0], [0, across - 1]);
  const tall = graph.pad(graph.reshape(wide, [images * rows, columns * across]), [0, 0], [0, (down - 1) * columns * across]);
  return graph.reshape(tall, [batch, channels, rows * down, columns * across]);
}

/** Moves an image down and right (up and left where negative) inside a frame of the given size; ONNX crops by negative padding. */
export function frame(graph: OnnxGraph, image: Value, [down, right]: Pair, [height, width]: Pair): Value {
  const after = [height - (image.shape[2] as number) - down, width - (image.shape[3] as number) - right];
  return graph.pad(image, [0, 0, down, right], [0, 0, ...after]);
}
