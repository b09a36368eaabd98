import { integers } from '../../../ops/rules/attributes.js';
import type { OnnxGraph, Value } from '../graph.js';
import { channelsFirst, depthwiseFirst, storedShape } from '../layout.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
import { frame, spread, tapViews } from './positions.js';
import { imageSize, type Pads, padsOf, windowAttributes, windowOf } from './window.js';

/** Shape of a depthwise filter in ONNX: one input channel per group. Output channel c * multiplier + m, as in TensorFlow. */
function groupedFilterShape([height, width, channels, multiplier]: readonly number[]): number[] {
  return [(channels as number) * (multiplier as number), 1, height as number, width as number];
}

const convolution: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const [x, kernel] = [input(node, 0), input(node, 1)];
  const kernelShape = emission.shapeOf(kernel);
  const window = windowOf(node.attributes, kernelShape.slice(0, 2));
  const filter = graph.reshape(emission.value(kernel, depthwiseFirst), groupedFilterShape(kernelShape));
  const attributes = {
    ...windowAttributes(window, padsOf(window, imageSize(emission.shapeOf(x)))),
    dilations: { ints: window.dilations },
    group: { int: kernelShape[2] as number },
  };
  const shape = storedShape(emission.shapeOf(node.output), channelsFirst);
  emission.define(node.output, graph.node('Conv', [emission.value(x, channelsFirst), filter], shape, attributes), channelsFirst);
};

const inputGradient: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const [dy, kernel] = [input(node, 0), input(node, 1)];
  const kernelShape = emission.shapeOf(kernel);
  const window = windowOf(node.attributes, kernelShape.slice(0, 2));
  const size = imageSize(emission.shapeOf(node.output));
  const outputs = imageSize(emission.shapeOf(dy));
  const pads = padsOf(window, size);
  if (emission.provider === 'webgpu') {
    // The ConvTranspose of the WebGPU provider is wrong where a group has several inputs.
    const operands = [emission.value(dy, channelsFirst), emission.value(kernel, depthwiseFirst)] as const;
    return emission.define(node.output, groupedConvolution(graph, operands, window, pads, size), channelsFirst);
  }
  const filter = graph.reshape(emission.value(kernel, depthwiseFirst), groupedFilterShape(kernelShape));
  const leftOver = ([0, 1] as const).map((axis) => {
    const padding = axis === 0 ? pads.top + pads.bottom : pads.left + pads.right;
    return size[axis] + padding - (outputs[axis] - 1) * window.strides[axis] - (window.size[axis] - 1) * window.dilations[axis] - 1;
  });
  const attributes = {
    ...windowAttributes(window, pads),
    dilations: { ints: window.dilations },
    output_padding: { ints: leftOver },
    group: { int: kernelShape[2] as number },
  };
  const shape = storedShape(emission.shapeOf(node.output), channelsFirst);
  emission.define(node.output, graph.node('ConvTranspose', [emission.value(dy, channelsFirst), filter], shape, attributes), channelsFirst);
};

/**
 * The input gradient as a convolution of stride 1 with the flipped filters over the gradient with `stride - 1` zeros after each row and
 * column: dx[p] = sum over taps u of dy[(p + before - d u) / stride] k[u], where the division is whole. The M filters of a channel are the
 * M inputs of its group.
 */
function groupedConvolution(
  graph: OnnxGraph,
  [dy, filters]: readonly [Value, Value],
  { size: taps, strides, dilations }: ReturnType<typeof windowOf>,
  pads: Pads,
  size: readonly [number, number],
): Value {
  const reach = [(taps[0] - 1) * dilations[0], (taps[1] - 1) * dilations[1]] as const;
  const lead = [reach[0] - pads.top, reach[1] - pads.left] as const;
  const image = frame(graph, spread(graph, dy, strides), lead, [size[0] + reach[0], size[1] + reach[1]]);
  const flipped = graph.slice(
    filters,
    ([0, 1] as const).map((axis) => ({ axis: axis + 2, start: taps[axis] - 1, count: taps[axis], step: -1 })),
  );
  const channels = filters.shape[0] as number;
  return graph.node('Conv', [image, flipped], [dy.shape[0] as number, channels, ...size], {
    kernel_shape: { ints: taps },
    dilations: { ints: dilations },
    group: { int: channels },
  });
}

/** For each tap, the sum over batch and positions of the pixels it met times the output's gradient. */
const filterGradient: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const [x, dy] = [input(node, 0), input(node, 1)];
  const window = windowOf(node.attributes, integers(node.attributes, 'kernel_size'));
  const pads = padsOf(window, imageSize(emission.shapeOf(x)));
  const size = imageSize(emission.shapeOf(dy));
  const [batch, , , channels] = emission.shapeOf(x) as [number, number, number, number];
  const multiplier = emission.shapeOf(node.output)[3] as number;
  const positions = size[0] * size[1];
  const gradient = graph.reshape(emission.value(dy, channelsFirst), [batch, channels, multiplier, positions]);
  const parts = tapViews(graph, emission.value(x, channelsFirst), window, pads, size).map((view) => {
    const pixels = graph.reshape(view, [batch, channels, 1, positions]);
    const products = graph.node('Mul', [pixels, gradient], gradient.shape);
    return graph.reshape(graph.sum(products, [0, 3]), [1, channels, multiplier]);
  });
  emission.define(node.output, graph.reshape(graph.concat(parts, 0), emission.shapeOf(node.output)));
};

export const depthwiseEmitters = {
  depthwise_conv2d: convolution,
  depthwise_conv2d_input_gradient: inputGradient,
  depthwise_conv2d_filter_gradient: filterGradient,
};
