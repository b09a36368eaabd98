import { integers } from '../../../ops/rules/attributes.js';
import type { OnnxGraph, Value } from '../graph.js';
import { channelsFirst, depthwiseFirst, storedShape } from '../layout.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
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

/** For each tap of a window, in row-major order, the pixels of the padded image that it meets: [B, C, rows, columns]. */
function tapViews(
  graph: OnnxGraph,
  image: Value,
  { size, strides, dilations }: ReturnType<typeof windowOf>,
  pads: Pads,
  [rows, columns]: readonly [number, number],
): Value[] {
  const padded = graph.pad(image, [0, 0, pads.top, pads.left], [0, 0, pads.bottom, pads.right]);
  return Array.from({ length: size[0] * size[1] }, (_, tap) => {
    const y = Math.floor(tap / size[1]) * dilations[0];
    const x = (tap % size[1]) * dilations[1];
    return graph.slice(padded, [
      { axis: 2, start: y, count: rows, step: strides[0] },
      { axis: 3, start: x, count: columns, step: strides[1] },
    ]);
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
