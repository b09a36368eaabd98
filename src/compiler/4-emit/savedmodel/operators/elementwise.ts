import { number } from '../../../ops/rules/attributes.js';
import { attribute } from '../attribute-values.js';
import { dataTypeOf, type TensorName } from '../graph.js';
import type { NodeEmission, OperatorEmitter } from './emission.js';

/** An operator that TensorFlow has under another name, with the same meaning. */
export const same =
  (op: string): OperatorEmitter =>
  (e) =>
    e.add(op, e.inputs);

/**
 * Marks of TensorFlow's own graph optimiser on nodes that it has rewritten already; it leaves those alone. Otherwise it gathers trees of additions
 * and products into AddN or other trees, in an order that differs from process to process, and with it the last bits of every gradient.
 */
const keepsItsOrder = {
  _grappler_ArithmeticOptimizer_AddOpsRewriteStage: attribute.flag(true),
  _grappler_ArithmeticOptimizer_MinimizeBroadcasts: attribute.flag(true),
};

/** A sum or product whose operands are taken as they stand, so that runs are equal bit by bit. */
export const inOrder =
  (op: string): OperatorEmitter =>
  (e) =>
    e.add(op, e.inputs, keepsItsOrder);

/** TensorFlow compares to bool; Programs have 0 and 1. The attribute of equality that allows broadcasting only is left at its default. */
export const comparison =
  (op: string): OperatorEmitter =>
  (e) =>
    asFloat(e, e.add(op, e.inputs));

export const cast: OperatorEmitter = (e) =>
  e.graph.add('Cast', e.name, e.inputs, {
    SrcT: attribute.type(dataTypeOf[e.inputType(0)]),
    DstT: attribute.type(dataTypeOf[e.type]),
  });

function asFloat(e: NodeEmission, bool: TensorName): TensorName {
  return e.graph.add('Cast', `${e.name}/float`, [bool], { SrcT: attribute.type('bool'), DstT: attribute.type('float') });
}

export const leakyRelu: OperatorEmitter = (e) => e.add('LeakyRelu', e.inputs, { alpha: attribute.float(number(e.attributes, 'alpha')) });

export const leakyReluGradient: OperatorEmitter = (e) =>
  e.add('LeakyReluGrad', e.inputs, { alpha: attribute.float(number(e.attributes, 'alpha')) });

export const clip: OperatorEmitter = (e) => {
  const above = e.add('Maximum', [e.input(0), e.graph.scalar(number(e.attributes, 'minimum'))]);
  return e.add('Minimum', [above, e.graph.scalar(number(e.attributes, 'maximum'))]);
};

export const select: OperatorEmitter = (e) => {
  const condition = e.add('NotEqual', [e.input(0), e.graph.scalar(0)]);
  return e.add('SelectV2', [condition, e.input(1), e.input(2)]);
};
