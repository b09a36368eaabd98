import { channelsFirst, outputInputFirst, storedShape } from '../layout.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
import { imageSize, padsOf, windowAttributes, windowOf } from './window.js';

const convolution: OperatorEmitter = (emission, node) => {
  const [x, kernel] = [input(node, 0), input(node, 1)];
  const { bias, relu, output } = emission.absorbedBy(node);
  const window = windowOf(node.attributes, emission.shapeOf(kernel).slice(0, 2));
  const pads = padsOf(window, imageSize(emission.shapeOf(x)));
  const operands = [
    emission.value(x, channelsFirst),
    emission.value(kernel, outputInputFirst),
    ...(bias === undefined ? [] : [emission.value(bias)]),
  ];
  const shape = storedShape(emission.shapeOf(output), channelsFirst);
  const attributes = { ...windowAttributes(window, pads), dilations: { ints: window.dilations } };
  const result = emission.graph.node('Conv', operands, shape, attributes);
  emission.define(output, relu ? emission.graph.node('Relu', [result], shape) : result, channelsFirst);
};

export const convolutionEmitters = { conv2d: convolution };
