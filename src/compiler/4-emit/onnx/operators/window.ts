import { resolvePadding, type Window } from '../../../ops/rules/padding.js';
import type { OnnxAttribute } from '../messages.js';

export { poolWindow, windowOf } from '../../../ops/rules/window.js';

/** Amounts of padding of a window over an image, by side. */
export interface Pads {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function padsOf(window: Window, imageSize: readonly [number, number]): Pads {
  const [top, bottom, left, right] = resolvePadding(window.padding, imageSize, window);
  return { top, bottom, left, right };
}

/** Height and width of an NHWC shape. */
export function imageSize(shape: readonly number[]): readonly [number, number] {
  return [shape[1] as number, shape[2] as number];
}

/** The attributes that Conv, ConvTranspose and the pools share. */
export function windowAttributes(window: Window, pads: Pads): Record<string, OnnxAttribute> {
  return {
    kernel_shape: { ints: window.size },
    strides: { ints: window.strides },
    pads: { ints: [pads.top, pads.left, pads.bottom, pads.right] },
  };
}
