import { flag } from '../../../ops/rules/attributes.js';
import type { Value } from '../graph.js';
import { input, type OperatorEmitter } from './operator-emitter.js';

/** Gemm for two matrices, because it reads a transposed operand in place; MatMul for more axes, whose transpositions onnxruntime takes into the product. */
const matmul: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const shape = emission.shapeOf(node.output);
  const operands = [emission.value(input(node, 0)), emission.value(input(node, 1))];
  const transposes = [flag(node.attributes, 'transpose_a'), flag(node.attributes, 'transpose_b')];
  if (shape.length === 2) {
    const attributes = { transA: { int: transposes[0] ? 1 : 0 }, transB: { int: transposes[1] ? 1 : 0 } };
    return emission.define(node.output, graph.node('Gemm', operands, shape, attributes));
  }
  const turned = operands.map((operand, i) => (transposes[i] ? graph.transpose(operand, lastTwoSwapped(operand)) : operand));
  emission.define(node.output, graph.node('MatMul', turned, shape));
};

const lastTwoSwapped = ({ shape }: Value): number[] => {
  const axes = shape.map((_, axis) => axis);
  return [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
};

export const matrixEmitters = { matmul };
