import { dimensions, flag } from '../../../ops/rules/attributes.js';
import { resolvePadding, type Window } from '../../../ops/rules/padding.js';
import { windowOf } from '../../../ops/rules/window.js';
import type { KernelLayer } from '../fusion.js';
import type { LayerOutput } from '../layer-graph.js';
import type { NodeEmission, OperatorEmitter } from './emission.js';

const computedKernel = 'its kernel is computed by the model; a layer of TensorFlow.js holds its kernel';

function requireKernelLayer(e: NodeEmission): KernelLayer {
  return e.kernelLayer ?? e.fail(computedKernel);
}

function windowAt(e: NodeEmission): Window {
  const window = windowOf(e.attributes, e.shape(1).slice(0, 2));
  const isStrided = window.strides.some((stride) => stride > 1);
  if (isStrided && window.dilations.some((dilation) => dilation > 1))
    e.fail('TensorFlow.js has no convolution with both strides and dilations');
  return window;
}

const images = (e: NodeEmission): readonly [number, number] => [e.shape(0)[1] ?? 1, e.shape(0)[2] ?? 1];

/** A layer's own padding, and the margins that a ZeroPadding2D before it adds where it has none for them. */
export function paddingOf(
  window: Window,
  imageSize: readonly [number, number],
): { padding: 'same' | 'valid'; margins?: readonly number[] } {
  if (typeof window.padding === 'string') return { padding: window.padding };
  if (window.padding.every((margin) => margin === 0)) return { padding: 'valid' };
  const hasStrides = window.strides.some((stride) => stride > 1);
  // With strides, the margins of 'same' depend on the size of the picture, so that equal margins here could differ at another size.
  const isSame = !hasStrides && resolvePadding('same', imageSize, window).join() === window.padding.join();
  return isSame ? { padding: 'same' } : { padding: 'valid', margins: window.padding };
}

/** Zeros above, below, left and right. */
export function zeroPadded(e: NodeEmission, image: LayerOutput, margins: readonly number[] | undefined): LayerOutput {
  if (margins === undefined) return image;
  const [top = 0, bottom = 0, left = 0, right = 0] = margins;
  const padding = [
    [top, bottom],
    [left, right],
  ];
  return e.apply('ZeroPadding2D', [image], { padding });
}

export const conv2d: OperatorEmitter = (e) => {
  const layer = requireKernelLayer(e);
  const window = windowAt(e);
  const { padding, margins } = paddingOf(window, images(e));
  const config = {
    filters: e.shape(1)[3],
    kernel_size: window.size,
    strides: window.strides,
    padding,
    ...(window.dilations.some((dilation) => dilation > 1) && { dilation_rate: window.dilations }),
  };
  return e.applyKernelLayer('Conv2D', 'kernel', layer, [zeroPadded(e, e.input(0), margins)], config);
};

export const depthwiseConv2d: OperatorEmitter = (e) => {
  const layer = requireKernelLayer(e);
  const window = windowAt(e);
  const { padding, margins } = paddingOf(window, images(e));
  const isDilated = window.dilations.some((dilation) => dilation > 1);
  const config = {
    kernel_size: window.size,
    strides: window.strides,
    padding,
    depth_multiplier: e.shape(1)[3],
    ...(isDilated && { dilation_rate: window.dilations }),
  };
  // DepthwiseConv2D of TensorFlow.js takes dilations and ignores them.
  const className = isDilated ? 'MfncDilatedDepthwiseConv2D' : 'DepthwiseConv2D';
  return e.applyKernelLayer(className, 'depthwise_kernel', layer, [zeroPadded(e, e.input(0), margins)], config);
};

/**
 * TensorFlow.js gives stride times the size for 'same', and all that the kernel reaches for 'valid'. Other sizes and margins are cut out of the
 * latter.
 */
export const conv2dTranspose: OperatorEmitter = (e) => {
  const layer = requireKernelLayer(e);
  const window = windowAt(e);
  if (window.dilations.some((dilation) => dilation > 1)) e.fail('Conv2DTranspose of TensorFlow.js has no dilations');
  const multiplies = layer.applications.every(({ node }) => {
    const [x = -1] = node.inputs;
    return dimensions(node.attributes, 'output_size').every(
      (size, axis) => size === (e.shapeOf(x)[axis + 1] ?? 1) * (window.strides[axis] ?? 1),
    );
  });
  const padding = window.padding === 'same' && multiplies ? 'same' : 'valid';
  const config = { filters: e.shape(1)[2], kernel_size: window.size, strides: window.strides, padding };
  const whole = e.applyKernelLayer('Conv2DTranspose', 'kernel', layer, [e.input(0)], config);
  if (padding === 'same') return whole;
  const [height = 1, width = 1] = e.outputShape.slice(1, 3);
  const [top, , left] = resolvePadding(window.padding, [height, width], window);
  const cropping = [cut(e, window, 0, top, height), cut(e, window, 1, left, width)];
  return cropping.flat().every((count) => count === 0) ? whole : e.apply('Cropping2D', [whole], { cropping });
};

function cut(e: NodeEmission, { size, strides }: Window, axis: 0 | 1, before: number, wanted: number): [number, number] {
  const reached = (e.shape(0)[axis + 1] ?? 1) * strides[axis] + Math.max(size[axis] - strides[axis], 0);
  const after = reached - before - wanted;
  if (after < 0) e.fail(`asks for ${wanted} rows or columns, of which the kernel reaches ${reached - before}`);
  return [before, after];
}

export const matmul: OperatorEmitter = (e) => {
  if (e.kernelLayer) return e.applyKernelLayer('Dense', 'kernel', e.kernelLayer, [e.input(0)], { units: e.shape(1)[1] });
  return e.apply('MfncMatMul', e.inputs, {
    transpose_a: flag(e.attributes, 'transpose_a'),
    transpose_b: flag(e.attributes, 'transpose_b'),
  });
};
