import { resolvePadding, type Window } from '../../../ops/rules/padding.js';
import { attribute } from '../attribute-values.js';
import type { AttributeMessage } from '../messages.js';

/** Rows above and below, columns left and right. */
export type Margins = readonly [number, number, number, number];

/** Padding of a window over an input of this size, in the words TensorFlow has for it. */
export type TensorFlowPadding = { readonly kind: 'SAME' | 'VALID' } | { readonly kind: 'EXPLICIT'; readonly margins: Margins };

/** Height and width of an image [B, H, W, C]. */
export function size(shape: readonly number[]): [number, number] {
  return [shape[1] ?? 1, shape[2] ?? 1];
}

/** SAME or VALID where they mean the same margins: TensorFlow's fused and gradient kernels know these best. */
export function tensorFlowPadding(window: Window, inputSize: readonly [number, number]): TensorFlowPadding {
  const margins = resolvePadding(window.padding, inputSize, window);
  if (margins.every((margin) => margin === 0)) return { kind: 'VALID' };
  const same = resolvePadding('same', inputSize, window);
  return margins.join() === same.join() ? { kind: 'SAME' } : { kind: 'EXPLICIT', margins };
}

/** Attributes of a convolution or pooling node in NHWC. */
export function windowAttributes(window: Window, padding: TensorFlowPadding): Record<string, AttributeMessage> {
  return {
    strides: attribute.ints([1, ...window.strides, 1]),
    padding: attribute.text(padding.kind),
    data_format: attribute.text('NHWC'),
  };
}

/** Attributes that only convolutions have: dilations, and margins where they are explicit. */
export function convolutionAttributes(window: Window, padding: TensorFlowPadding): Record<string, AttributeMessage> {
  const explicit = padding.kind === 'EXPLICIT' ? { explicit_paddings: explicitPaddings(padding.margins) } : {};
  return { ...windowAttributes(window, padding), ...explicit, dilations: attribute.ints([1, ...window.dilations, 1]) };
}

export function explicitPaddings([top, bottom, left, right]: Margins): AttributeMessage {
  return attribute.ints([0, 0, top, bottom, left, right, 0, 0]);
}
