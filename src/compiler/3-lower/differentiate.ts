import type { ProgramNode, TensorId } from '../ir/program.js';
import { opDefinition } from '../ops/index.js';
import { zeroGradient } from '../ops/rules/elementwise.js';
import { gradientBuilder } from './gradient-builder.js';
import { InternalError, type ProgramBuilder } from './program-builder.js';

/**
 * Reverse-mode differentiation of a scalar with regard to tensors, as nodes added to the builder.
 *
 * Only nodes that lie on a way from one of `wanted` to the loss take part: going forward, a tensor is *active* when it depends on a wanted one
 * through operators that pass gradients; going back, gradients are asked for active inputs alone. So no gradient is computed for images,
 * frozen weights, or anything before a stop_gradient. Gradients that reach a tensor on several ways are added in the order of the nodes,
 * from the last to the first.
 *
 * @param nodes the nodes to differentiate, in order.
 * @returns gradients by tensor; a wanted tensor that the loss does not depend on is missing.
 * @throws InternalError when the loss is no scalar or an operator on the way has no gradient.
 */
export const differentiate = (
  builder: ProgramBuilder,
  nodes: readonly ProgramNode[],
  loss: TensorId,
  wanted: readonly TensorId[],
): Map<TensorId, TensorId> => {
  if (builder.shapeOf(loss).length > 0) throw new InternalError(`a loss is a scalar, found [${builder.shapeOf(loss).join(', ')}]`);
  const active = activeTensors(nodes, wanted);
  const collected = new Map<TensorId, TensorId[]>([[loss, [builder.scalar(1)]]]);

  for (const node of nodes.toReversed()) {
    const contributions = collected.get(node.output);
    if (contributions === undefined || !active.has(node.output)) continue;
    const rules = gradientBuilder(builder, node.origin);
    const outputGradient = contributions.reduce((sum, next) => rules.emit('add', [sum, next]));
    const needs = node.inputs.map((input) => active.has(input));
    const rule = opDefinition(node.op).gradient;
    if (rule === undefined) throw new InternalError(`the operator ${node.op} has no gradient`);
    const { inputs, output, attributes } = node;
    const gradients = rule(rules, { inputs, output, outputGradient, attributes, needs });
    for (const [i, input] of inputs.entries()) {
      const gradient = gradients[i];
      if (gradient === undefined || needs[i] !== true) continue;
      const list = collected.get(input);
      if (list === undefined) collected.set(input, [gradient]);
      else list.push(gradient);
    }
  }

  const result = new Map<TensorId, TensorId>();
  for (const tensor of wanted) {
    const contributions = collected.get(tensor);
    if (contributions)
      result.set(
        tensor,
        contributions.reduce((sum, next) => builder.emit('add', [sum, next], {}, undefined)),
      );
  }
  return result;
};

const activeTensors = (nodes: readonly ProgramNode[], wanted: readonly TensorId[]): Set<TensorId> => {
  const active = new Set(wanted);
  for (const node of nodes) {
    if (opDefinition(node.op).gradient !== zeroGradient && node.inputs.some((input) => active.has(input))) active.add(node.output);
  }
  return active;
};
