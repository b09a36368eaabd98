import { integers } from '../../../ops/rules/attributes.js';
import { windowOf } from '../../../ops/rules/window.js';
import type { OperatorEmitter } from './emission.js';
import { isMatrixProduct, pointwiseConvolution, pointwiseFilterGradient, pointwiseInputGradient } from './pointwise.js';
import { isDilated, pick, spread, withoutDilations } from './spacing.js';
import { convolutionAttributes, size, tensorFlowPadding } from './window-attributes.js';

export const conv2d: OperatorEmitter = (e) => {
  if (isMatrixProduct(e.shape(0), e.shape(1)) && isMatrixProduct(e.outputShape, e.shape(1))) return pointwiseConvolution(e);
  const window = windowOf(e.attributes, e.shape(1).slice(0, 2));
  return e.add('Conv2D', e.inputs, convolutionAttributes(window, tensorFlowPadding(window, size(e.shape(0)))));
};

/**
 * The gradient of Conv2D with regard to its input: the input of that Conv2D has the shape of our output. TensorFlow's CPU kernel knows no
 * dilations; a kernel with zeros between its taps means the same.
 */
export const conv2dTranspose: OperatorEmitter = (e) => {
  const kernelShape = e.shape(1);
  if (isMatrixProduct(e.shape(0), kernelShape) && isMatrixProduct(e.outputShape, kernelShape)) return pointwiseInputGradient(e);
  const given = windowOf(e.attributes, kernelShape.slice(0, 2));
  const dilated = isDilated(given);
  const window = dilated ? withoutDilations(given) : given;
  const kernel = dilated ? spread(e, e.input(1), kernelShape, 0, given.dilations) : e.input(1);
  const attributes = convolutionAttributes(window, tensorFlowPadding(window, size(e.outputShape)));
  return e.add('Conv2DBackpropInput', [e.graph.integers(e.outputShape), kernel, e.input(0)], attributes);
};

/** With dilations: the gradient of the kernel with zeros between its taps, of which the taps are taken. */
export const conv2dFilterGradient: OperatorEmitter = (e) => {
  if (isMatrixProduct(e.shape(0), e.outputShape) && isMatrixProduct(e.shape(1), e.outputShape)) return pointwiseFilterGradient(e);
  const given = windowOf(e.attributes, integers(e.attributes, 'kernel_size'));
  const dilated = isDilated(given);
  const window = dilated ? withoutDilations(given) : given;
  const kernelShape = [...window.size, ...e.outputShape.slice(2)];
  const attributes = convolutionAttributes(window, tensorFlowPadding(window, size(e.shape(0))));
  const gradient = e.add('Conv2DBackpropFilter', [e.input(0), e.graph.integers(kernelShape), e.input(1)], attributes);
  return dilated ? pick(e, gradient, kernelShape, 0, given.dilations) : gradient;
};
