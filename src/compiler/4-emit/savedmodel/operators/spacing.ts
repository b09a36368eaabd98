import type { Window } from '../../../ops/rules/padding.js';
import { dilatedExtent } from '../../../ops/rules/padding.js';
import { attribute } from '../attribute-values.js';
import type { TensorName } from '../graph.js';
import type { NodeEmission } from './emission.js';

/** The same window without dilations: its kernel has zeros between the taps. */
export function withoutDilations(window: Window): Window {
  const size = [dilatedExtent(window.size[0], window.dilations[0]), dilatedExtent(window.size[1], window.dilations[1])] as const;
  return { ...window, size, dilations: [1, 1] };
}

export function isDilated({ dilations, size }: Window): boolean {
  return dilations.some((dilation, axis) => dilation > 1 && (size[axis] ?? 1) > 1);
}

/**
 * Puts `steps - 1` zeros between neighbours along `axis` and `axis + 1`: n elements become (n - 1) step + 1.
 * Reshape, pad and slice are exact and have kernels on every device.
 */
export function spread(
  e: NodeEmission,
  tensor: TensorName,
  shape: readonly number[],
  axis: number,
  steps: readonly [number, number],
): TensorName {
  const before = shape.slice(0, axis);
  const after = shape.slice(axis + 2);
  const [rows = 1, columns = 1] = shape.slice(axis);
  const apart = reshape(e, tensor, [...before, rows, 1, columns, 1, ...after]);
  const none: readonly [number, number] = [0, 0];
  const gaps = [...before.map(() => none), none, [0, steps[0] - 1] as const, none, [0, steps[1] - 1] as const, ...after.map(() => none)];
  const padded = e.add('Pad', [apart, e.graph.pairs(gaps)], { Tpaddings: attribute.type('int32') });
  const joined = reshape(e, padded, [...before, rows * steps[0], columns * steps[1], ...after]);
  const size = [...before, dilatedExtent(rows, steps[0]), dilatedExtent(columns, steps[1]), ...after];
  return e.add('Slice', [joined, e.graph.integers(shape.map(() => 0)), e.graph.integers(size)], { Index: attribute.type('int32') });
}

/** Takes every step-th element along `axis` and `axis + 1`, from the first on: the inverse of `spread`. */
export function pick(
  e: NodeEmission,
  tensor: TensorName,
  shape: readonly number[],
  axis: number,
  steps: readonly [number, number],
): TensorName {
  const strides = shape.map((_, i) => (i === axis ? steps[0] : i === axis + 1 ? steps[1] : 1));
  const bounds = [e.graph.integers(shape.map(() => 0)), e.graph.integers(shape), e.graph.integers(strides)];
  return e.add('StridedSlice', [tensor, ...bounds], { Index: attribute.type('int32') });
}

function reshape(e: NodeEmission, tensor: TensorName, shape: readonly number[]): TensorName {
  return e.add('Reshape', [tensor, e.graph.integers(shape)], { Tshape: attribute.type('int32') });
}
