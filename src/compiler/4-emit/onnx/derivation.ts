import { type AxisSlice, product, slicedShape, sliceValues, transposeValues } from './fold.js';

/** One rearrangement of a weight on its way into an initialiser. */
export type Step =
  | { readonly transpose: readonly number[] }
  | { readonly slice: readonly AxisSlice[] }
  | { readonly reshape: readonly number[] };

/** Where the values of an initialiser come from: a weight, and what was done to it. */
export interface Derivation {
  readonly weight: string;
  readonly steps: readonly Step[];
}

/** The derivation with one more step. */
export const derived = (derivation: Derivation | undefined, step: Step): Derivation | undefined =>
  derivation && { ...derivation, steps: [...derivation.steps, step] };

/** How a weight of `shape` is spread over initialisers, as the model's metadata says it. */
export interface StoredWeight {
  readonly shape: readonly number[];
  readonly parts: readonly { readonly tensor: string; readonly steps: readonly Step[] }[];
}

/** For each element of an initialiser, which element of its weight it is. */
export function sourcePositions(shape: readonly number[], steps: readonly Step[]): Uint32Array {
  let current: readonly number[] = shape;
  let positions: Uint32Array = Uint32Array.from({ length: product(shape) }, (_, i) => i);
  for (const step of steps) {
    if ('transpose' in step) {
      positions = transposeValues(positions, current, step.transpose);
      current = step.transpose.map((axis) => current[axis] ?? 1);
    } else if ('slice' in step) {
      positions = sliceValues(positions, current, step.slice);
      current = slicedShape(current, step.slice);
    } else {
      current = step.reshape;
    }
  }
  return positions;
}

/** Whether steps, from a file, can be applied to a weight of this shape. */
export function areApplicable(shape: readonly number[], steps: readonly Step[]): boolean {
  let current: readonly number[] = shape;
  for (const step of steps) {
    if ('transpose' in step) {
      const axes = [...step.transpose].sort((a, b) => a - b);
      if (axes.length !== current.length || axes.some((axis, i) => axis !== i)) return false;
      current = step.transpose.map((axis) => current[axis] ?? 1);
    } else if ('slice' in step) {
      const isInside = (position: number, axis: number) => position >= 0 && position < (current[axis] ?? 0);
      const fits = step.slice.every(
        ({ axis, start, count, step: stride }) => isInside(start, axis) && (count === 0 || isInside(start + (count - 1) * stride, axis)),
      );
      if (!fits || step.slice.some(({ axis, count }) => count > (current[axis] ?? 0))) return false;
      current = slicedShape(current, step.slice);
    } else {
      if (product(step.reshape) !== product(current)) return false;
      current = step.reshape;
    }
  }
  return true;
}
