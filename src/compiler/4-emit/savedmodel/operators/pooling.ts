import type { Window } from '../../../ops/rules/padding.js';
import { poolWindow } from '../../../ops/rules/window.js';
import { attribute } from '../attribute-values.js';
import type { AttributeMessage } from '../messages.js';
import type { NodeEmission, OperatorEmitter } from './emission.js';
import { explicitPaddings, type Margins, size, type TensorFlowPadding, tensorFlowPadding, windowAttributes } from './window-attributes.js';

const poolAttributes = (window: Window, padding: TensorFlowPadding): Record<string, AttributeMessage> => ({
  ...windowAttributes(window, padding),
  ksize: attribute.ints([1, ...window.size, 1]),
});

const maxPoolAttributes = (e: NodeEmission): Record<string, AttributeMessage> => {
  const window = poolWindow(e.attributes);
  const padding = tensorFlowPadding(window, size(e.shape(0)));
  const explicit = padding.kind === 'EXPLICIT' ? { explicit_paddings: explicitPaddings(padding.margins) } : {};
  return { ...poolAttributes(window, padding), ...explicit };
};

export const maxPool: OperatorEmitter = (e) => e.add('MaxPool', e.inputs, maxPoolAttributes(e));

export const maxPoolGradient: OperatorEmitter = (e) => e.add('MaxPoolGrad', e.inputs, maxPoolAttributes(e));

/**
 * TensorFlow's AvgPool knows SAME and VALID only. Other margins: zeros are added, the pool is taken without padding, and each position is
 * multiplied by (elements of the window) / (elements of the window inside the image).
 */
export const avgPool: OperatorEmitter = (e) => {
  const window = poolWindow(e.attributes);
  const padding = tensorFlowPadding(window, size(e.shape(0)));
  if (padding.kind !== 'EXPLICIT') return e.add('AvgPool', e.inputs, poolAttributes(window, padding));
  const padded = e.add('Pad', [e.input(0), e.graph.pairs(pairsOf(padding.margins))], { Tpaddings: attribute.type('int32') });
  const pooled = e.add('AvgPool', [padded], poolAttributes(window, { kind: 'VALID' }));
  return e.add('Mul', [pooled, compensation(e, window, padding.margins, size(e.shape(0)), size(e.outputShape))]);
};

/** The gradient of the above: each position is compensated first, then spread over the padded image, whose middle is taken. */
export const avgPoolGradient: OperatorEmitter = (e) => {
  const window = poolWindow(e.attributes);
  const [batch = 1, height = 1, width = 1, channels = 1] = e.outputShape;
  const padding = tensorFlowPadding(window, [height, width]);
  if (padding.kind !== 'EXPLICIT') {
    return e.add('AvgPoolGrad', [e.graph.integers(e.outputShape), e.input(0)], poolAttributes(window, padding));
  }
  const [top, bottom, left, right] = padding.margins;
  const compensated = e.add('Mul', [e.input(0), compensation(e, window, padding.margins, [height, width], size(e.shape(0)))]);
  const paddedShape = [batch, height + top + bottom, width + left + right, channels];
  const spread = e.add('AvgPoolGrad', [e.graph.integers(paddedShape), compensated], poolAttributes(window, { kind: 'VALID' }));
  const begin = e.graph.integers([0, top, left, 0]);
  return e.add('Slice', [spread, begin, e.graph.integers(e.outputShape)], { Index: attribute.type('int32') });
};

function pairsOf([top, bottom, left, right]: Margins): [number, number][] {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** [1, rows, columns, 1]: window elements divided by those that lie inside an image of `inputSize`. */
function compensation(
  e: NodeEmission,
  window: Window,
  margins: Margins,
  inputSize: readonly [number, number],
  outputSize: readonly [number, number],
): string {
  const inside = (axis: 0 | 1, position: number): number => {
    const start = position * window.strides[axis] - margins[axis * 2 === 0 ? 0 : 2];
    return Math.min(start + window.size[axis], inputSize[axis]) - Math.max(start, 0);
  };
  const [rows, columns] = outputSize;
  const area = window.size[0] * window.size[1];
  const values = Float32Array.from(
    { length: rows * columns },
    (_, i) => area / (inside(0, Math.floor(i / columns)) * inside(1, i % columns)),
  );
  return e.graph.floats(`${e.name}/compensation`, values, [1, rows, columns, 1]);
}
