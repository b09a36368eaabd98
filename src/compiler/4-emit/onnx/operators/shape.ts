import { integers, number, pairs, word } from '../../../ops/rules/attributes.js';
import { product } from '../fold.js';
import { channelsFirst, sameLayout, storedAxis, storedShape } from '../layout.js';
import { deinterleave, interleave } from './interleave.js';
import { input, type OperatorEmitter } from './operator-emitter.js';

const reshape: OperatorEmitter = (emission, node) => {
  const value = emission.value(input(node, 0));
  emission.define(node.output, emission.graph.reshape(value, emission.shapeOf(node.output)));
};

const transpose: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const layout = emission.layoutOf(x);
  const permutation = integers(node.attributes, 'permutation').map((axis) => storedAxis(layout, axis));
  emission.define(node.output, emission.graph.transpose(emission.value(x, layout), permutation));
};

const concat: OperatorEmitter = (emission, node) => {
  const layout = emission.commonLayout(node.inputs, emission.shapeOf(node.output).length);
  const axis = storedAxis(layout, number(node.attributes, 'axis'));
  if (sameLayout(layout, channelsFirst) && axis === 1) return emission.defineJoined(node.output, node.inputs);
  const values = node.inputs.map((tensor) => emission.value(tensor, layout));
  emission.define(node.output, emission.graph.concat(values, axis), layout);
};

const slice: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const layout = emission.layoutOf(x);
  const begin = integers(node.attributes, 'begin');
  const slices = emission.shapeOf(node.output).map((count, axis) => ({
    axis: storedAxis(layout, axis),
    start: begin[axis] ?? 0,
    count,
    step: 1,
  }));
  emission.define(node.output, emission.graph.slice(emission.value(x, layout), slices), layout);
};

const gather: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const layout = emission.layoutOf(x);
  const axis = storedAxis(layout, number(node.attributes, 'axis'));
  const indices = integers(node.attributes, 'indices');
  const value = emission.value(x, layout);
  const shape = value.shape.map((extent, i) => (i === axis ? indices.length : extent));
  const operands = [value, emission.graph.integers(indices)];
  emission.define(node.output, emission.graph.node('Gather', operands, shape, { axis: { int: axis } }), layout);
};

const reverse: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const layout = emission.layoutOf(x);
  const slices = integers(node.attributes, 'axes').map((axis) => {
    const count = emission.shapeOf(x)[axis] as number;
    return { axis: storedAxis(layout, axis), start: count - 1, count, step: -1 };
  });
  emission.define(node.output, emission.graph.slice(emission.value(x, layout), slices), layout);
};

const padModes: Readonly<Record<string, string>> = { constant: 'constant', replicate: 'edge', reflect: 'reflect' };

const pad: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const layout = emission.layoutOf(x);
  const mode = padModes[word(node.attributes, 'mode')];
  if (mode === undefined) {
    throw new Error(`ONNX has no ${word(node.attributes, 'mode')} padding; the pass that decomposes paddings must run before the emitter`);
  }
  const amounts = pairs(node.attributes, 'paddings');
  const before = layout.map((axis) => Number(amounts[axis]?.[0] ?? 0));
  const after = layout.map((axis) => Number(amounts[axis]?.[1] ?? 0));
  const fill = mode === 'constant' ? number(node.attributes, 'value') : 0;
  emission.define(node.output, emission.graph.pad(emission.value(x, layout), before, after, mode, fill), layout);
};

const broadcastTo: OperatorEmitter = (emission, node) => {
  const x = input(node, 0);
  const shape = emission.shapeOf(node.output);
  const layout = emission.commonLayout([x], shape.length);
  const operand = emission.operand(x, layout);
  const target = storedShape(shape, layout);
  const result =
    product(operand.shape) === product(target)
      ? emission.graph.reshape(operand, target)
      : emission.graph.node('Expand', [operand, emission.graph.integers(target)], target);
  emission.define(node.output, result, layout);
};

/** TensorFlow's order of the channels is (block row, block column, channel): each phase of the result is a run of channels. */
const depthToSpace: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const value = emission.value(input(node, 0), channelsFirst);
  const block = number(node.attributes, 'block_size');
  const count = (value.shape[1] as number) / (block * block);
  const phases = Array.from({ length: block * block }, (_, phase) =>
    graph.slice(value, [{ axis: 1, start: phase * count, count, step: 1 }]),
  );
  emission.define(node.output, interleave(graph, phases, block), channelsFirst);
};

const spaceToDepth: OperatorEmitter = (emission, node) => {
  const value = emission.value(input(node, 0), channelsFirst);
  const shape = storedShape(emission.shapeOf(node.output), channelsFirst);
  const block = number(node.attributes, 'block_size');
  if (emission.provider === 'webgpu') {
    // The WebGPU provider has no SpaceToDepth.
    const { graph } = emission;
    return emission.define(node.output, graph.concat(deinterleave(graph, value, [block, block]), 1), channelsFirst);
  }
  const attributes = { blocksize: { int: block } };
  emission.define(node.output, emission.graph.node('SpaceToDepth', [value], shape, attributes), channelsFirst);
};

export const shapeEmitters = {
  reshape,
  transpose,
  concat,
  slice,
  gather,
  reverse,
  pad,
  broadcast_to: broadcastTo,
  depth_to_space: depthToSpace,
  space_to_depth: spaceToDepth,
};
