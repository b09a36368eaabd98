import type { Program, ProgramNode, TensorId } from '../../ir/program.js';
import { concreteShapes, isProblem } from '../../ops/index.js';
import { broadcastShapes } from '../../ops/rules/broadcasting.js';
import { type RewriteContext, rewriteProgram } from '../rewrite.js';

const broadcasting = new Set(['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'greater', 'greater_equal', 'equal', 'select']);
const unary = new Set([
  ...['neg', 'abs', 'sign', 'square', 'sqrt', 'rsqrt', 'exp', 'log', 'sigmoid', 'tanh', 'erf'],
  ...['relu', 'softplus', 'leaky_relu', 'clip', 'stop_gradient'],
]);

/**
 * Lets an operator read the small tensor where its input was that tensor repeated by broadcast_to: `x * broadcast_to(s)` becomes `x * s`. Where
 * all inputs are repeated, the operator is applied to the small ones and its result is repeated instead.
 *
 * Why: gradients of reductions are broadcasts. Element-wise operators broadcast by themselves, without writing a tensor as large as an image
 * whose elements are all the same.
 */
export const absorbBroadcasts = (program: Program): Program => rewriteProgram(program, absorb);

const absorb = (node: ProgramNode, context: RewriteContext): TensorId | undefined => {
  if (!broadcasting.has(node.op) && !unary.has(node.op)) return undefined;
  const { builder, inputs, emit } = context;
  const sources = inputs.map((input) => {
    const definition = builder.nodeOf(input);
    return definition?.op === 'broadcast_to' ? (definition.inputs[0] ?? input) : input;
  });
  if (sources.every((source, i) => source === inputs[i])) return undefined;
  const before = broadcastShapes(
    inputs.map((input) => builder.shapeOf(input)),
    concreteShapes,
  );
  const after = broadcastShapes(
    sources.map((source) => builder.shapeOf(source)),
    concreteShapes,
  );
  if (isProblem(before) || isProblem(after)) return undefined;
  const result = emit(node.op, sources, node.attributes);
  return before.join() === after.join() ? result : emit('broadcast_to', [result], { shape: before });
};
