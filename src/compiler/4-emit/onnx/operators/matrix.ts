import { flag } from '../../../ops/rules/attributes.js';
import { input, type OperatorEmitter } from './operator-emitter.js';

/** Gemm rather than MatMul, because it reads a transposed operand in place. */
const matmul: OperatorEmitter = (emission, node) => {
  const operands = [emission.value(input(node, 0)), emission.value(input(node, 1))];
  const attributes = {
    transA: { int: flag(node.attributes, 'transpose_a') ? 1 : 0 },
    transB: { int: flag(node.attributes, 'transpose_b') ? 1 : 0 },
  };
  emission.define(node.output, emission.graph.node('Gemm', operands, emission.shapeOf(node.output), attributes));
};

export const matrixEmitters = { matmul };
