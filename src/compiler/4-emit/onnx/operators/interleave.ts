import type { OnnxGraph, Value } from '../graph.js';

/**
 * Interleaves stride x stride images [B, C, H, W], in row-major order of their phases, into one [B, C, stride H, stride W]: pixel (y, x) comes
 * from phase (y mod stride, x mod stride). Written as Concat along an axis of length 1, columns before rows; in onnxruntime that is
 * five times faster than DepthToSpace.
 */
export function interleave(graph: OnnxGraph, phases: readonly Value[], stride: number): Value {
  const [first] = phases;
  if (first === undefined) throw new Error('interleave needs at least one image');
  if (stride === 1) return first;
  const [batch, channels, height, width] = first.shape as [number, number, number, number];
  const rows = Array.from({ length: stride }, (_, row) => {
    const columns = phases
      .slice(row * stride, (row + 1) * stride)
      .map((phase) => graph.reshape(phase, [batch, channels, height, width, 1]));
    return graph.reshape(graph.concat(columns, 4), [batch, channels, height, 1, stride * width]);
  });
  return graph.reshape(graph.concat(rows, 3), [batch, channels, stride * height, stride * width]);
}

/** The inverse of `interleave`: the phases [B, C, H / stride_y, W / stride_x] of an image whose size the strides divide. */
export function deinterleave(graph: OnnxGraph, image: Value, [strideY, strideX]: readonly [number, number]): Value[] {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  const [rows, columns] = [height / strideY, width / strideX];
  const byColumn = split(graph, graph.reshape(image, [batch, channels, height, columns, strideX]), 4).map((part) =>
    split(graph, graph.reshape(part, [batch, channels, rows, strideY, columns]), 3),
  );
  return Array.from({ length: strideY * strideX }, (_, phase) => {
    const part = byColumn[phase % strideX]?.[Math.floor(phase / strideX)];
    if (part === undefined) throw new Error('a phase is missing');
    return graph.reshape(part, [batch, channels, rows, columns]);
  });
}

/** All slices of thickness 1 along an axis. */
function split(graph: OnnxGraph, value: Value, axis: number): readonly Value[] {
  const count = value.shape[axis] as number;
  if (count === 1) return [value];
  return graph.split(value, axis);
}
