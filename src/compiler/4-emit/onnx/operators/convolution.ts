import type { Value } from '../graph.js';
import { channelsFirst, outputInputFirst, storedShape } from '../layout.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
import { imageSize, padsOf, windowAttributes, windowOf } from './window.js';

/** Channels in a block of onnxruntime's blocked layout (NCHWc) on processors with AVX-512; a multiple of all others. */
const block = 16;

/**
 * A convolution with its bias. Over a concatenation, and with a filter that is a constant, it is the sum of convolutions of the concatenated
 * images: onnxruntime keeps those in its blocked layout, where a sum costs nothing, instead of copying them together.
 */
const convolution: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const [x, kernel] = [input(node, 0), input(node, 1)];
  const { bias, activation, output } = emission.absorbedBy(node);
  const window = windowOf(node.attributes, emission.shapeOf(kernel).slice(0, 2));
  const pads = padsOf(window, imageSize(emission.shapeOf(x)));
  const attributes = { ...windowAttributes(window, pads), dilations: { ints: window.dilations } };
  const shape = storedShape(emission.shapeOf(output), channelsFirst);
  const filter = emission.value(kernel, outputInputFirst);

  const parts = emission.imagesIn(x);
  const fillsBlocks = parts.every((part) => (emission.shapeOf(part)[3] as number) % block === 0);
  const images = filter.values !== undefined && fillsBlocks ? parts : [x];
  let firstChannel = 0;
  let sum: Value | undefined;
  for (const image of images) {
    const count = emission.shapeOf(image)[3] as number;
    const operands = [emission.value(image, channelsFirst), graph.slice(filter, [{ axis: 1, start: firstChannel, count, step: 1 }])];
    if (sum === undefined && bias !== undefined) operands.push(emission.value(bias));
    const product = graph.node('Conv', operands, shape, attributes);
    sum = sum === undefined ? product : graph.node('Add', [product, sum], shape);
    firstChannel += count;
  }
  if (sum === undefined) throw new Error('a concatenation has at least one part');
  emission.define(output, activation ? graph.node('Relu', [sum], shape) : sum, channelsFirst);
};

export const convolutionEmitters = { conv2d: convolution };
