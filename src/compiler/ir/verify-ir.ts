import { Ajv, type ErrorObject } from 'ajv';
import { inferShape, isProblem, isSourceOpName, type ShapeContext, sourceOpDefinition } from '../ops/index.js';
import { areEqual, type Dimension, isDimensionText, type Shape, substitute } from './dimension.js';
import { type CallNode, type Definition, type IR, type Node, valuesOf } from './ir.js';
import schema from './ir.schema.json' with { type: 'json' };

const matchesSchema = new Ajv({ allErrors: true, discriminator: true }).compile<IR>(schema);

const describe = ({ instancePath, message, params }: ErrorObject): string => {
  const extra = 'additionalProperty' in params ? ` ('${String(params.additionalProperty)}')` : '';
  return `${instancePath || 'the IR'} ${message ?? 'is wrong'}${extra}`;
};

/**
 * Checks an IR, from a file or from a pass: its JSON Schema first, then what a schema cannot say: that names lead somewhere, each value is defined
 * once and before its use, and all shapes are those that the operators' rules give under the model's size constraints.
 * @returns what is wrong, one sentence each; nothing for a valid IR.
 */
export const verifyIR = (value: unknown): string[] => {
  if (!matchesSchema(value)) return (matchesSchema.errors ?? []).map(describe);
  return [...verifyReferences(value), ...value.definitions.flatMap((definition, i) => verifyDefinition(value, definition, i))];
};

const verifyReferences = (ir: IR): string[] => {
  const ids = ir.definitions.map(({ id }) => id);
  const problems = ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `two definitions have the id ${id}`);
  const needed = [ir.model.definition, ...(ir.training?.stages ?? []).map((stage) => stage.definition)];
  problems.push(...needed.filter((id) => !ids.includes(id)).map((id) => `there is no definition ${id}`));
  for (const stage of ir.training?.stages ?? []) {
    const outputs = ir.definitions.find(({ id }) => id === stage.definition)?.outputs.map(({ name }) => name) ?? [];
    const named = [...stage.minimizers.map(({ loss }) => loss), ...stage.logged];
    problems.push(...named.filter((name) => !outputs.includes(name)).map((name) => `the stage ${stage.name} has no output ${name}`));
  }
  return problems;
};

/** Dimensions are equal when they are equal for all sizes that the constraints allow. */
const contextOf = (ir: IR): ShapeContext => {
  // Definitions of the model are used by its stages too, so that all are judged by what the patches fulfil; those are the model's own and more.
  const constraints = ir.training?.constraints ?? ir.model.constraints;
  const multiples = Object.fromEntries(constraints.map(({ symbol, divisor }) => [symbol, `${divisor}*${symbol}`]));
  const under = (dimension: Dimension): Dimension => substitute(dimension, multiples);
  return { equal: (a, b) => a === b || areEqual(under(a), under(b)) };
};

const isReadable = (shape: Shape): boolean => shape.every((dimension) => typeof dimension === 'number' || isDimensionText(dimension));

const verifyDefinition = (ir: IR, definition: Definition, index: number): string[] => {
  const problems: string[] = [];
  const context = contextOf(ir);
  const shapes = new Map<string, Shape>();
  const define = (value: string, shape: Shape): void => {
    if (shapes.has(value)) problems.push(`${definition.id}: the value ${value} is defined twice`);
    if (!isReadable(shape)) problems.push(`${definition.id}: the shape [${shape.join(', ')}] of ${value} cannot be read`);
    shapes.set(value, isReadable(shape) ? shape : []);
  };
  for (const { value, shape } of [...definition.inputs, ...definition.weights]) define(value, shape);
  for (const node of definition.nodes) {
    if (node.kind !== 'constant') {
      const unknown = node.inputs.filter((input) => !shapes.has(input));
      problems.push(...unknown.map((input) => `${definition.id}: ${input} is used before it is defined`));
    }
    problems.push(...verifyNode(ir, definition, index, node, shapes, context).map((text) => `${definition.id}: ${text}`));
    for (const { value, shape } of node.kind === 'call' ? node.outputs : [node.output]) define(value, shape);
  }
  for (const { function: name, arguments: given, result } of definition.functionCalls ?? []) {
    const named = given.flatMap(valuesOf);
    const unknown = [...named, result].filter((value) => !shapes.has(value));
    if (named.includes(result)) problems.push(`${definition.id}: a call of ${name} has its result ${result} among its arguments`);
    problems.push(...unknown.map((value) => `${definition.id}: a call of ${name} names the value ${value}, which is not defined`));
  }
  for (const { statistic, value } of definition.updates ?? []) {
    const weight = definition.weights.find(({ name }) => name === statistic);
    const found = shapes.get(value);
    if (weight?.statistic !== true) problems.push(`${definition.id}: there is no statistic ${statistic} to update`);
    else if (found === undefined) problems.push(`${definition.id}: the update of ${statistic} is the value ${value}, which is not defined`);
    else
      problems.push(...differences(`the update of ${statistic}`, found, weight.shape, context).map((text) => `${definition.id}: ${text}`));
  }
  for (const { name, value, shape } of definition.outputs) {
    const found = shapes.get(value);
    if (found === undefined) problems.push(`${definition.id}: the output ${name} is the value ${value}, which is not defined`);
    else problems.push(...differences(`the output ${name}`, found, shape, context).map((text) => `${definition.id}: ${text}`));
  }
  return problems;
};

const differences = (what: string, found: Shape, expected: Shape, context: ShapeContext): string[] => {
  const agrees =
    isReadable(expected) && found.length === expected.length && found.every((extent, i) => context.equal(extent, expected[i] ?? -1));
  return agrees ? [] : [`${what} is [${found.join(', ')}], the IR says [${expected.join(', ')}]`];
};

const verifyNode = (
  ir: IR,
  definition: Definition,
  index: number,
  node: Node,
  shapes: ReadonlyMap<string, Shape>,
  context: ShapeContext,
): string[] => {
  if (node.kind === 'constant') {
    const length = node.output.shape.reduce((product, extent) => product * extent, 1);
    return node.values.length === length
      ? []
      : [`the constant ${node.output.value} has ${node.values.length} values for ${length} elements`];
  }
  const inputs = node.inputs.map((input) => shapes.get(input) ?? []);
  if (node.kind === 'call') return verifyCall(ir, definition, index, node, inputs, context);
  if (!isSourceOpName(node.op)) return [`there is no operator ${node.op}`];
  const operator = sourceOpDefinition(node.op);
  if (!operator.callable) return [`the operator ${node.op} belongs to Programs, not to the IR`];
  const call = inferShape(operator, inputs, node.attributes, context);
  return isProblem(call)
    ? [`${node.op}: ${call.problem}`]
    : differences(`the result of ${node.op}`, call.shape, node.output.shape, context);
};

const verifyCall = (
  ir: IR,
  definition: Definition,
  index: number,
  node: CallNode,
  inputs: readonly Shape[],
  context: ShapeContext,
): string[] => {
  const problems: string[] = [];
  if (!definition.instances.some(({ name }) => name === node.instance)) problems.push(`the call of ${node.instance} names no instance`);
  const callee = ir.definitions.findIndex(({ id }) => id === node.definition);
  const called = ir.definitions[callee];
  if (called === undefined || callee >= index) return [...problems, `${node.definition} is called but not defined before`];
  if (called.inputs.length !== inputs.length || called.outputs.length !== node.outputs.length) {
    return [...problems, `${node.definition} has ${called.inputs.length} inputs and ${called.outputs.length} outputs; its call does not`];
  }
  for (const [i, port] of called.inputs.entries()) {
    problems.push(...differences(`the input ${port.name} of ${called.id}`, inputs[i] ?? [], port.shape, context));
  }
  for (const [i, port] of called.outputs.entries()) {
    problems.push(...differences(`the output ${port.name} of ${called.id}`, port.shape, node.outputs[i]?.shape ?? [], context));
  }
  return problems;
};
