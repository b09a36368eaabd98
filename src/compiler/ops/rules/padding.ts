import { add, ceilDivide, type Dimension, floorDivide } from '../../ir/dimension.js';

/** 'same': the output is ceil(size / stride), as in TensorFlow. 'valid': no padding. Or explicit [top, bottom, left, right]. */
export type Padding = 'same' | 'valid' | readonly [number, number, number, number];

/** A window that moves over height and width: sizes of kernel, strides and dilations, each [vertical, horizontal]. */
export interface Window {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: Padding;
}

/** Extent of a dilated kernel: (size - 1) dilation + 1. */
export const dilatedExtent = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/**
 * Rows above and below, columns left and right that a padding adds to an input of concrete size: [top, bottom, left, right].
 * 'same' puts the odd row at the bottom and the odd column at the right (TensorFlow's rule).
 */
export const resolvePadding = (
  padding: Padding,
  inputSize: readonly [number, number],
  window: Omit<Window, 'padding'>,
): readonly [number, number, number, number] => {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  const split = (axis: 0 | 1): [number, number] => {
    const stride = window.strides[axis];
    const extent = dilatedExtent(window.size[axis], window.dilations[axis]);
    const total = Math.max((Math.ceil(inputSize[axis] / stride) - 1) * stride + extent - inputSize[axis], 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  return [...split(0), ...split(1)];
};

const paddingAlong = ([top, bottom, left, right]: readonly [number, number, number, number], axis: 0 | 1): number =>
  axis === 0 ? top + bottom : left + right;

/** Positions of a window along one axis: ceil(n / s) for 'same', floor((n + padding - extent) / s) + 1 otherwise. */
export const windowPositions = (size: Dimension, window: Window, axis: 0 | 1): Dimension => {
  const stride = window.strides[axis];
  if (window.padding === 'same') return ceilDivide(size, stride);
  const added = window.padding === 'valid' ? 0 : paddingAlong(window.padding, axis);
  return add(floorDivide(add(size, added - dilatedExtent(window.size[axis], window.dilations[axis])), stride), 1);
};
