import { concreteShapes, inferShape, inferType, isOpName, isProblem, opDefinition } from '../ops/index.js';
import type { ElementType } from './element-type.js';
import type { Program, TensorId } from './program.js';

/**
 * Checks the rules that a Program promises: each tensor is defined once and before its use, shapes and types are those that the operators' rules
 * give, inputs and outputs are float32, constants hold as many values as their shapes, names are unique within their role, and next values have the shape of what they replace.
 * @returns what is wrong, one sentence each; nothing for a valid Program.
 */
export const verifyProgram = (program: Program): string[] => {
  const problems: string[] = [];
  const defined = new Set<TensorId>();
  const shapeOf = (tensor: TensorId): readonly number[] => program.tensors[tensor]?.shape ?? [];
  const define = (tensor: TensorId, what: string): void => {
    if (program.tensors[tensor] === undefined) problems.push(`${what} defines tensor ${tensor}, which the Program does not list`);
    if (defined.has(tensor)) problems.push(`${what} defines tensor ${tensor} a second time`);
    defined.add(tensor);
  };

  const typeOf = (tensor: TensorId): ElementType => program.tensors[tensor]?.type ?? 'float32';
  for (const { name, tensor } of [...program.inputs, ...program.outputs]) {
    if (typeOf(tensor) !== 'float32') problems.push(`${name} is ${typeOf(tensor)}; inputs and outputs of a Program are float32`);
  }
  for (const { name, tensor } of program.inputs) define(tensor, `the input ${name}`);
  for (const { tensor, values } of program.constants) {
    define(tensor, 'a constant');
    const length = shapeOf(tensor).reduce((product, extent) => product * extent, 1);
    if (values.length !== length) problems.push(`the constant ${tensor} has ${values.length} values for [${shapeOf(tensor).join(', ')}]`);
  }
  for (const [i, node] of program.nodes.entries()) {
    const what = `node ${i} (${node.op}${node.origin ? ` in ${node.origin.path || node.origin.file}` : ''})`;
    for (const input of node.inputs) {
      if (!defined.has(input)) problems.push(`${what} reads tensor ${input} before it is defined`);
    }
    define(node.output, what);
    if (!isOpName(node.op)) {
      problems.push(`${what} has an operator that does not exist`);
      continue;
    }
    const call = inferShape(opDefinition(node.op), node.inputs.map(shapeOf), node.attributes, concreteShapes);
    if (isProblem(call)) problems.push(`${what}: ${call.problem}`);
    else {
      if (call.shape.join() !== shapeOf(node.output).join()) {
        problems.push(`${what} gives [${call.shape.join(', ')}], the Program says [${shapeOf(node.output).join(', ')}]`);
      }
      const left = Object.keys(call.attributes).filter((name) => node.attributes[name] === undefined);
      if (left.length > 0) problems.push(`${what} lacks attributes: ${left.join(', ')}`);
      const type = inferType(opDefinition(node.op), node.inputs.map(typeOf), call.attributes);
      if (isProblem(type)) problems.push(`${what}: ${type.problem}`);
      else if (type !== typeOf(node.output)) problems.push(`${what} gives ${type}, the Program says ${typeOf(node.output)}`);
    }
  }
  problems.push(...verifyEnds(program, defined, shapeOf));
  return problems;
};

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];

const verifyEnds = (program: Program, defined: ReadonlySet<TensorId>, shapeOf: (tensor: TensorId) => readonly number[]): string[] => {
  const problems = [
    ...repeated(program.inputs.map(({ name }) => name)).map((name) => `two inputs are named ${name}`),
    ...repeated(program.outputs.map(({ name, role }) => `${role} ${name}`)).map((name) => `two outputs are named ${name}`),
  ];
  for (const { name, role, tensor } of program.outputs) {
    if (!defined.has(tensor)) problems.push(`the output ${name} is tensor ${tensor}, which is not defined`);
    if (role === 'result') continue;
    const input = program.inputs.find((each) => each.name === name && each.role === role);
    if (input === undefined) problems.push(`the output ${name} replaces a ${role} that is no input`);
    else if (shapeOf(input.tensor).join() !== shapeOf(tensor).join()) {
      problems.push(`the next value of ${name} is [${shapeOf(tensor).join(', ')}], it was [${shapeOf(input.tensor).join(', ')}]`);
    }
  }
  return problems;
};
