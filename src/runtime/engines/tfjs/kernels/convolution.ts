import { integers } from '../../../../compiler/ops/rules/attributes.js';
import { type Kernel, type KernelCall, operand, runKernel } from './kernel.js';
import { dilatedSize, dilateFilter, explicitPadding, imageSize, tapsOfDilated, windowOf } from './window.js';

/** Operands and attributes of tfjs's Conv2D and of its fused form. */
export function convolutionArguments(call: KernelCall) {
  const [x, given] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, given.shape.slice(0, 2));
  const pad = explicitPadding(window, imageSize(x.shape));
  const filter = dilateFilter(call.tf, given, window);
  return { inputs: { x, filter }, attributes: { strides: window.strides, pad, dataFormat: 'NHWC', dilations: [1, 1] } };
}

const convolution: Kernel = (call) => {
  const { inputs, attributes } = convolutionArguments(call);
  return runKernel(call, 'Conv2D', inputs, attributes);
};

const transposed: Kernel = (call) => {
  const [dy, filter] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, filter.shape.slice(0, 2));
  const pad = explicitPadding(window, imageSize(call.outputShape));
  return runKernel(
    call,
    'Conv2DBackpropInput',
    { dy, filter: dilateFilter(call.tf, filter, window) },
    { inputShape: [...call.outputShape], strides: window.strides, pad, dataFormat: 'NHWC' },
  );
};

const filterGradient: Kernel = (call) => {
  const [x, dy] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, integers(call.attributes, 'kernel_size'));
  const pad = explicitPadding(window, imageSize(x.shape));
  const filterShape = [...dilatedSize(window), ...call.outputShape.slice(2)];
  const gradient = runKernel(call, 'Conv2DBackpropFilter', { x, dy }, { strides: window.strides, pad, dataFormat: 'NHWC', filterShape });
  return tapsOfDilated(call.tf, gradient, window);
};

const depthwise: Kernel = (call) => {
  const { inputs, attributes } = convolutionArguments(call);
  return runKernel(call, 'DepthwiseConv2dNative', inputs, attributes);
};

const depthwiseInputGradient: Kernel = (call) => {
  const [dy, filter] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, filter.shape.slice(0, 2));
  const pad = explicitPadding(window, imageSize(call.outputShape));
  return runKernel(
    call,
    'DepthwiseConv2dNativeBackpropInput',
    { dy, filter: dilateFilter(call.tf, filter, window) },
    { inputShape: [...call.outputShape], strides: window.strides, pad, dilations: [1, 1] },
  );
};

const depthwiseFilterGradient: Kernel = (call) => {
  const [x, dy] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, integers(call.attributes, 'kernel_size'));
  const pad = explicitPadding(window, imageSize(x.shape));
  const filterShape = [...dilatedSize(window), ...call.outputShape.slice(2)];
  const attributes = { strides: window.strides, pad, dilations: [1, 1], filterShape };
  return tapsOfDilated(call.tf, runKernel(call, 'DepthwiseConv2dNativeBackpropFilter', { x, dy }, attributes), window);
};

export const convolutionKernels = {
  conv2d: convolution,
  conv2d_transpose: transposed,
  conv2d_filter_gradient: filterGradient,
  depthwise_conv2d: depthwise,
  depthwise_conv2d_input_gradient: depthwiseInputGradient,
  depthwise_conv2d_filter_gradient: depthwiseFilterGradient,
};
