import type { Window } from '../../../ops/rules/padding.js';
import { coveredCounts } from '../../../ops/rules/window.js';
import { product } from '../fold.js';
import type { OnnxGraph, Value } from '../graph.js';
import { channelsFirst, storedShape } from '../layout.js';
import { dataTypes } from '../messages.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
import { frame, spread, tapViews } from './positions.js';
import { imageSize, type Pads, padsOf, poolWindow, windowAttributes } from './window.js';

const averagePool: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const window = poolWindow(node.attributes);
  const attributes = { ...windowAttributes(window, padsOf(window, imageSize(emission.shapeOf(x)))), count_include_pad: { int: 0 } };
  const shape = storedShape(emission.shapeOf(node.output), channelsFirst);
  emission.define(node.output, emission.graph.node('AveragePool', [emission.value(x, channelsFirst)], shape, attributes), channelsFirst);
};

/** Each output's gradient, divided by the pixels it averaged, goes to all of them: a grouped ConvTranspose with ones. */
const averagePoolGradient: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const dy = input(node, 0);
  const window = poolWindow(node.attributes);
  const [height, width] = imageSize(emission.shapeOf(node.output));
  const [rows, columns] = imageSize(emission.shapeOf(dy));
  const channels = emission.shapeOf(dy)[3] as number;
  const pads: Pads = padsOf(window, [height, width]);
  const rowCounts = coveredCounts(rows, height, window.size[0], window.strides[0], pads.top);
  const columnCounts = coveredCounts(columns, width, window.size[1], window.strides[1], pads.left);
  const shares = Float32Array.from(rowCounts.flatMap((row) => columnCounts.map((column) => 1 / (row * column))));
  const gradient = emission.value(dy, channelsFirst);
  const scaled = graph.node('Mul', [gradient, graph.constant(shares, [1, 1, rows, columns])], gradient.shape);
  const filterShape = [channels, 1, ...window.size];
  const attributes = {
    ...windowAttributes(window, pads),
    output_padding: {
      ints: [
        height + pads.top + pads.bottom - (rows - 1) * window.strides[0] - window.size[0],
        width + pads.left + pads.right - (columns - 1) * window.strides[1] - window.size[1],
      ],
    },
    group: { int: channels },
  };
  const ones = graph.constant(new Float32Array(product(filterShape)).fill(1), filterShape);
  const shape = storedShape(emission.shapeOf(node.output), channelsFirst);
  emission.define(node.output, graph.node('ConvTranspose', [scaled, ones], shape, attributes), channelsFirst);
};

const maxPool: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const window = poolWindow(node.attributes);
  const attributes = windowAttributes(window, padsOf(window, imageSize(emission.shapeOf(x))));
  const shape = storedShape(emission.shapeOf(node.output), channelsFirst);
  emission.define(node.output, emission.graph.node('MaxPool', [emission.value(x, channelsFirst)], shape, attributes), channelsFirst);
};

/** Adds each output's gradient to the pixel that was its maximum: the first one in row-major order where several are equal. */
const maxPoolGradient: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const [x, dy] = [input(node, 0), input(node, 2)];
  const window = poolWindow(node.attributes);
  const image = emission.value(x, channelsFirst);
  const gradient = emission.value(dy, channelsFirst);
  if (emission.provider === 'webgpu') {
    // Its MaxPool does not say where the maximum stood.
    const output = emission.value(input(node, 1), channelsFirst);
    return emission.define(node.output, tapGradients(graph, image, output, gradient, window), channelsFirst);
  }
  const [, indices] = graph.nodeWithOutputs(
    'MaxPool',
    [image],
    [gradient.shape, gradient.shape],
    windowAttributes(window, padsOf(window, imageSize(emission.shapeOf(x)))),
  );
  if (indices === undefined) throw new Error('MaxPool has two outputs');
  const count = product(image.shape);
  const flat = [product(gradient.shape)];
  const zeros = graph.node('Expand', [graph.scalar(0), graph.integers([count])], [count]);
  const scattered = graph.node('ScatterElements', [zeros, graph.reshape(indices, flat), graph.reshape(gradient, flat)], [count], {
    axis: { int: 0 },
    reduction: { string: 'add' },
  });
  emission.define(node.output, graph.reshape(scattered, image.shape), channelsFirst);
};

/** Tap by tap, the gradient of the windows whose first maximum the tap met goes to its pixels. */
function tapGradients(graph: OnnxGraph, image: Value, output: Value, gradient: Value, window: Window): Value {
  const [, , height, width] = image.shape as [number, number, number, number];
  const pads = padsOf(window, [height, width]);
  const positions = [output.shape[2] as number, output.shape[3] as number] as const;
  const { shape } = output;
  let sum: Value | undefined;
  // 1 where no tap so far met the maximum.
  let open: Value | undefined;
  for (const [tap, pixels] of tapViews(graph, image, window, pads, positions, -3.4e38).entries()) {
    const isMaximum = graph.node('Cast', [graph.node('Equal', [pixels, output], shape)], shape, { to: { int: dataTypes.float } });
    const met: Value = open === undefined ? isMaximum : graph.node('Mul', [isMaximum, open], shape);
    open = graph.node('Sub', [open ?? graph.scalar(1), met], shape);
    const share = spread(graph, graph.node('Mul', [met, gradient], shape), window.strides);
    const shift = [Math.floor(tap / window.size[1]) - pads.top, (tap % window.size[1]) - pads.left] as const;
    const placed = frame(graph, share, shift, [height, width]);
    sum = sum === undefined ? placed : graph.node('Add', [sum, placed], image.shape);
  }
  return sum ?? graph.node('Mul', [image, graph.scalar(0)], image.shape);
}

export const poolingEmitters = {
  avg_pool: averagePool,
  avg_pool_gradient: averagePoolGradient,
  max_pool: maxPool,
  max_pool_gradient: maxPoolGradient,
};
