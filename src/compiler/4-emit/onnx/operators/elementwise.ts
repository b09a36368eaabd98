import type { ProgramNode } from '../../../ir/program.js';
import { number } from '../../../ops/rules/attributes.js';
import type { Emission } from '../emission.js';
import { product } from '../fold.js';
import type { Value } from '../graph.js';
import { input, type OperatorEmitter } from './operator-emitter.js';

/** Writes a formula over the operands, all stored in one layout; `shape` is the result's, as stored. */
type Formula = (emission: Emission, operands: readonly Value[], shape: readonly number[], node: ProgramNode) => Value;

function elementwise(formula: Formula): OperatorEmitter {
  return (emission, node) => {
    const shape = emission.shapeOf(node.output);
    const layout = emission.commonLayout(node.inputs, shape.length);
    const operands = node.inputs.map((tensor) => emission.operand(tensor, layout));
    const stored = layout.map((axis) => shape[axis] as number);
    emission.define(node.output, formula(emission, operands, stored, node), layout);
  };
}

/** An operator that ONNX has under another name. */
const direct = (opType: string): OperatorEmitter => elementwise(({ graph }, operands, shape) => graph.node(opType, operands, shape));

function comparison(opType: string): OperatorEmitter {
  return (emission, node) => {
    const shape = emission.shapeOf(node.output);
    const layout = emission.commonLayout(node.inputs, shape.length);
    const operands = node.inputs.map((tensor) => emission.operand(tensor, layout));
    const stored = layout.map((axis) => shape[axis] as number);
    emission.defineCondition(node.output, emission.graph.node(opType, operands, stored), layout);
  };
}

const select: OperatorEmitter = (emission, node) => {
  const shape = emission.shapeOf(node.output);
  const layout = emission.commonLayout(node.inputs, shape.length);
  const condition = emission.condition(input(node, 0), layout);
  const operands = [condition, emission.operand(input(node, 1), layout), emission.operand(input(node, 2), layout)];
  const stored = layout.map((axis) => shape[axis] as number);
  emission.define(node.output, emission.graph.node('Where', operands, stored), layout);
};

/**
 * 1 where x > 0, else 0. `max(0, min(1, alpha x))` with the largest float as alpha: one pass over the data, on all threads, where
 * Sign is not parallel and Greater with Cast takes two passes.
 */
function positive({ graph }: Emission, x: Value): Value {
  return graph.node('HardSigmoid', [x], x.shape, { alpha: { float: 3.4e38 }, beta: { float: 0 } });
}

/** The WebGPU provider has no Sign. */
const sign: Formula = (emission, [x], shape) => {
  const { graph, provider } = emission;
  if (provider === 'cpu') return graph.node('Sign', [x], shape);
  return graph.node('Sub', [positive(emission, x as Value), positive(emission, graph.node('Neg', [x], shape))], shape);
};

/** The Pow of the WebGPU provider fails on some operands that are stretched. */
const pow: Formula = ({ graph, provider }, operands, shape) => {
  if (provider === 'cpu') return graph.node('Pow', operands, shape);
  const full = operands.map((operand) =>
    product(operand.shape) === product(shape) || product(operand.shape) === 1
      ? operand
      : graph.node('Expand', [operand, graph.integers(shape)], shape),
  );
  return graph.node('Pow', full, shape);
};

export const elementwiseEmitters = {
  neg: direct('Neg'),
  abs: direct('Abs'),
  sign: elementwise(sign),
  sqrt: direct('Sqrt'),
  exp: direct('Exp'),
  log: direct('Log'),
  sigmoid: direct('Sigmoid'),
  tanh: direct('Tanh'),
  erf: direct('Erf'),
  relu: direct('Relu'),
  softplus: direct('Softplus'),
  square: elementwise(({ graph }, [x], shape) => graph.node('Mul', [x, x], shape)),
  rsqrt: elementwise(({ graph }, [x], shape) => graph.node('Reciprocal', [graph.node('Sqrt', [x], shape)], shape)),
  leaky_relu: elementwise(({ graph }, [x], shape, { attributes }) =>
    graph.node('LeakyRelu', [x], shape, { alpha: { float: number(attributes, 'alpha') } }),
  ),
  clip: elementwise(({ graph }, [x], shape, { attributes }) =>
    graph.node('Clip', [x, graph.scalar(number(attributes, 'minimum')), graph.scalar(number(attributes, 'maximum'))], shape),
  ),
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  pow: elementwise(pow),
  maximum: direct('Max'),
  minimum: direct('Min'),
  greater: comparison('Greater'),
  greater_equal: comparison('GreaterOrEqual'),
  equal: comparison('Equal'),
  select,
  relu_gradient: elementwise((emission, [dy, y], shape) => emission.graph.node('Mul', [dy, positive(emission, y as Value)], shape)),
  leaky_relu_gradient: elementwise((emission, [dy, x], shape, { attributes }) => {
    const { graph } = emission;
    const alpha = number(attributes, 'alpha');
    const open = positive(emission, x as Value);
    const slope =
      alpha >= 0 && alpha <= 1
        ? graph.node('Max', [open, graph.scalar(alpha)], shape)
        : graph.node('Add', [graph.node('Mul', [open, graph.scalar(1 - alpha)], shape), graph.scalar(alpha)], shape);
    return graph.node('Mul', [dy, slope], shape);
  }),
  // From float32 to float32: a Program with other types is refused before.
  cast: ((emission, node) => emission.alias(node.output, input(node, 0))) satisfies OperatorEmitter,
  stop_gradient: ((emission, node) => emission.alias(node.output, input(node, 0))) satisfies OperatorEmitter,
};
