import { integers } from '../../../../compiler/ops/rules/attributes.js';
import { type Kernel, operand, runKernel } from './kernel.js';
import { dilatedSize, dilateFilter, explicitPadding, imageSize, tapsOfDilated, windowOf } from './window.js';

const convolution: Kernel = (call) => {
  const [x, filter] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, filter.shape.slice(0, 2));
  const pad = explicitPadding(window, imageSize(x.shape));
  return runKernel(
    call,
    'Conv2D',
    { x, filter: dilateFilter(call.tf, filter, window) },
    { strides: window.strides, pad, dataFormat: 'NHWC', dilations: [1, 1] },
  );
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
  const [x, filter] = [operand(call, 0), operand(call, 1)];
  const window = windowOf(call.attributes, filter.shape.slice(0, 2));
  const pad = explicitPadding(window, imageSize(x.shape));
  return runKernel(
    call,
    'DepthwiseConv2dNative',
    { x, filter: dilateFilter(call.tf, filter, window) },
    { strides: window.strides, pad, dataFormat: 'NHWC', dilations: [1, 1] },
  );
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
