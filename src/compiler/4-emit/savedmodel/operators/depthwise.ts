import { integers } from '../../../ops/rules/attributes.js';
import { resolvePadding, type Window } from '../../../ops/rules/padding.js';
import { windowOf } from '../../../ops/rules/window.js';
import type { AttributeMessage } from '../messages.js';
import type { OperatorEmitter } from './emission.js';
import { isDilated, pick, spread, withoutDilations } from './spacing.js';
import { convolutionAttributes, size, tensorFlowPadding } from './window-attributes.js';

/**
 * TensorFlow's depthwise kernels ignore dilations and take equal strides only. So a dilated kernel gets zeros between its taps, and a window
 * with unequal strides moves by one in both directions: of its results those at the strides are taken, and gradients come in with zeros between.
 */
interface Plan {
  readonly given: Window;
  readonly dilated: boolean;
  readonly unequal: boolean;
  /** The window that TensorFlow moves. */
  readonly window: Window;
  /** Rows and columns of what that window makes of the image. */
  readonly positions: readonly [number, number];
  readonly attributes: Readonly<Record<string, AttributeMessage>>;
}

function plan(given: Window, imageSize: readonly [number, number]): Plan {
  const [top, bottom, left, right] = resolvePadding(given.padding, imageSize, given);
  const dilated = isDilated(given);
  const unequal = given.strides[0] !== given.strides[1];
  const dense = dilated ? withoutDilations(given) : given;
  const window: Window = unequal ? { ...dense, strides: [1, 1], padding: [top, bottom, left, right] } : dense;
  const positions = [imageSize[0] + top + bottom - window.size[0] + 1, imageSize[1] + left + right - window.size[1] + 1] as const;
  return { given, dilated, unequal, window, positions, attributes: convolutionAttributes(window, tensorFlowPadding(window, imageSize)) };
}

export const depthwiseConv2d: OperatorEmitter = (e) => {
  const { given, dilated, unequal, positions, attributes } = plan(windowOf(e.attributes, e.shape(1).slice(0, 2)), size(e.shape(0)));
  const kernel = dilated ? spread(e, e.input(1), e.shape(1), 0, given.dilations) : e.input(1);
  const result = e.add('DepthwiseConv2dNative', [e.input(0), kernel], attributes);
  const [batch = 1, , , channels = 1] = e.outputShape;
  return unequal ? pick(e, result, [batch, ...positions, channels], 1, given.strides) : result;
};

export const depthwiseConv2dInputGradient: OperatorEmitter = (e) => {
  const { given, dilated, unequal, positions, attributes } = plan(windowOf(e.attributes, e.shape(1).slice(0, 2)), size(e.outputShape));
  const kernel = dilated ? spread(e, e.input(1), e.shape(1), 0, given.dilations) : e.input(1);
  const outputGradient = unequal ? atEveryPosition(e, 0, given, positions) : e.input(0);
  return e.add('DepthwiseConv2dNativeBackpropInput', [e.graph.integers(e.outputShape), kernel, outputGradient], attributes);
};

export const depthwiseConv2dFilterGradient: OperatorEmitter = (e) => {
  const { given, dilated, unequal, window, positions, attributes } = plan(
    windowOf(e.attributes, integers(e.attributes, 'kernel_size')),
    size(e.shape(0)),
  );
  const kernelShape = [...window.size, ...e.outputShape.slice(2)];
  const outputGradient = unequal ? atEveryPosition(e, 1, given, positions) : e.input(1);
  const inputs = [e.input(0), e.graph.integers(kernelShape), outputGradient];
  const gradient = e.add('DepthwiseConv2dNativeBackpropFilter', inputs, attributes);
  return dilated ? pick(e, gradient, kernelShape, 0, given.dilations) : gradient;
};

/** The gradient of a result at strides, as the gradient of the result at every position. */
function atEveryPosition(
  e: Parameters<OperatorEmitter>[0],
  input: number,
  { strides }: Window,
  positions: readonly [number, number],
): string {
  const shape = e.shape(input);
  const [rows, columns] = size(shape);
  const spaced = spread(e, e.input(input), shape, 1, strides);
  const missing = [positions[0] - ((rows - 1) * strides[0] + 1), positions[1] - ((columns - 1) * strides[1] + 1)] as const;
  return e.padEnd(spaced, [0, missing[0], missing[1], 0]);
}
