import type { Program } from '../ir/program.js';
import { opExamples } from '../ops/examples.js';
import { type OpName, opDefinition } from '../ops/index.js';
import { zeroGradient } from '../ops/rules/elementwise.js';
import { gradientBuilder } from './gradient-builder.js';
import { ProgramBuilder } from './program-builder.js';

/** A Program that does nothing but use an operator once, and the nodes that differentiating it adds. */
export interface OperatorExample {
  readonly forward: Program;
  /** Operators of the gradient, each once, in order; undefined where the operator has none, or one that is zero everywhere. */
  readonly gradient: readonly OpName[] | undefined;
}

/** Lowers the example of an operator. The operators of its gradient are those that its rule emits for all operands at once. */
export function operatorExample(op: OpName): OperatorExample {
  const { inputs: shapes, attributes: given } = opExamples[op];
  const builder = new ProgramBuilder(op, 'inference');
  const inputs = shapes.map((shape, i) => builder.input(`x${i}`, 'data', shape));
  const output = builder.emit(op, inputs, given);
  const rule = opDefinition(op).gradient;
  const outputGradient = builder.input('dy', 'data', builder.shapeOf(output));
  builder.output('y', 'result', output);
  const forward = builder.build();
  if (rule === undefined || rule === zeroGradient) return { forward: withoutGradientInput(forward), gradient: undefined };
  const attributes = builder.nodeOf(output)?.attributes ?? given;
  rule(gradientBuilder(builder, undefined), { inputs, output, outputGradient, attributes, needs: inputs.map(() => true) });
  const added = builder.build().nodes.slice(forward.nodes.length);
  return { forward: withoutGradientInput(forward), gradient: [...new Set(added.map((node) => node.op))] };
}

function withoutGradientInput(program: Program): Program {
  return { ...program, inputs: program.inputs.filter(({ name }) => name !== 'dy') };
}
