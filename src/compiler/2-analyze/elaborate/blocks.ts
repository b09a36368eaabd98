import type { BlockDeclaration, PortStatement } from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import { formatShape } from '../../ir/dimension.js';
import type { Definition, ParameterValue } from '../../ir/ir.js';
import { bindArguments, type EvaluatedArgument, slotsOf } from './arguments.js';
import { BodyScope, runStatements } from './body.js';
import { type Context, enter, type Frame, fail } from './context.js';
import { DefinitionBuilder } from './definition-builder.js';
import { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import type { InstanceRecord } from './instances.js';
import { observeValue } from './observe-value.js';
import { toTensor } from './tensors.js';
import { checkRange, checkType, defineImage, isTensorType, matchesShape, rangeOf } from './types.js';
import { type BlockValue, errorValue, type TensorValue, toParameterValue, type Value } from './values.js';

/** Makes an instance of a block: binds its parameters and enters it with the statement, which will name it. */
export function construct(
  block: BlockValue,
  given: readonly EvaluatedArgument[],
  span: Span,
  label: string | undefined,
  context: Context,
): InstanceRecord | undefined {
  const { declaration } = block;
  const name = declaration.name.text;
  if (!context.naming) {
    fail(context, report.instanceNotAllowed({ span, name, where: context.place }));
    return undefined;
  }
  const bound = bindArguments(context, name, slotsOf(declaration.parameters), given, span);
  if (!bound || given.some(({ value }) => value.kind === 'error')) return undefined;
  const parameters = bindParameters(block, bound, context);
  if (!parameters) return undefined;
  const record: InstanceRecord = { block, parameters, span, name: '' };
  context.naming.add(record, label, context.repetition, context.inComprehension);
  return record;
}

function bindParameters(
  block: BlockValue,
  bound: ReadonlyMap<string, EvaluatedArgument>,
  context: Context,
): Map<string, Value> | undefined {
  const environment = new Environment(block.environment);
  const values = new Map<string, Value>();
  for (const parameter of block.declaration.parameters) {
    // Blocks cannot take tensors as parameters; that has been reported with the declaration.
    if (isTensorType(parameter.type)) return undefined;
    const name = parameter.name.text;
    const argument = bound.get(name);
    const inner: Context = { ...context, environment, naming: undefined };
    context.state.defaults.record(parameter, argument);
    const given = argument?.value ?? (parameter.default ? evaluate(parameter.default, inner) : errorValue);
    const what = `\`${name}\` of \`${block.declaration.name.text}\``;
    const value = checkType(inner, parameter.type, given, argument?.span ?? parameter.span, what);
    if (value.kind === 'error') return undefined;
    environment.define(name, value);
    values.set(name, value);
  }
  return values;
}

const portsOf = (declaration: BlockDeclaration, direction: 'in' | 'out'): PortStatement[] =>
  declaration.body.flatMap((statement) => (statement.kind === 'port' && statement.direction === direction ? [statement] : []));

/** Applies an instance to tensors; the first application fixes its weights. */
export function applyInstance(instance: InstanceRecord, given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  const { declaration } = instance.block;
  const name = declaration.name.text;
  const ports = portsOf(declaration, 'in');
  const slots = ports.map((port) => ({ name: port.name.text, optional: false }));
  const bound = bindArguments(context, name, slots, given, span);
  if (!bound) return errorValue;
  const inputs: TensorValue[] = [];
  for (const port of ports) {
    const argument = bound.get(port.name.text);
    const tensor = argument && toTensor(context, argument.value, argument.span, `\`${port.name.text}\` of \`${name}\``);
    if (!tensor) return errorValue;
    inputs.push(tensor);
  }
  if (!context.builder) return errorValue;
  const definition = definitionFor(instance, ports, inputs, span, context);
  if (!definition || !sharesWeights(instance, definition, inputs, span, context)) return errorValue;
  for (const [i, port] of definition.inputs.entries()) {
    const [argument, tensor] = [bound.get(port.name), inputs[i]];
    const declaration = ports[i]?.type.span ?? span;
    if (argument && tensor) checkRange(context, port.range, tensor, argument.span, `\`${port.name}\` of \`${name}\``, declaration);
  }
  if (!context.state.spendNode(context, span)) return errorValue;
  const outputs = context.builder.addCall(instance, definition, inputs, span);
  const [only] = outputs;
  if (outputs.length === 1 && only) return only;
  const members = new Map(definition.outputs.flatMap((port, i): [string, TensorValue][] => (outputs[i] ? [[port.name, outputs[i]]] : [])));
  return { kind: 'outputs', block: name, members };
}

/** An argument as plain data; an extent that is known only when the model runs is its text. */
function argumentData(value: Value): ParameterValue {
  if (value.kind === 'dimension') return value.dimension;
  return value.kind === 'list' ? value.elements.map(argumentData) : (toParameterValue(value) ?? '');
}

/** Characters of the text that tells definitions apart which cost as much as one element of a list. */
const charactersOfElement = 64;

/** The definition of the block for these parameters and shapes, elaborated where it is new. */
function definitionFor(
  instance: InstanceRecord,
  ports: readonly PortStatement[],
  inputs: readonly TensorValue[],
  span: Span,
  context: Context,
): Definition | undefined {
  const { state } = context;
  const { declaration } = instance.block;
  const name = declaration.name.text;
  const parameters = Object.fromEntries([...instance.parameters].map(([key, value]) => [key, argumentData(value)]));
  const place = `${declaration.span.file}:${declaration.span.start}`;
  const training = context.training === true && context.isFrozen?.(instance) !== true;
  const keyIn = (mode: boolean): string =>
    `${place}|${JSON.stringify(parameters)}|${inputs.map(({ shape }) => formatShape(shape)).join('|')}|${mode}`;
  const key = keyIn(training);
  if (!state.spendElements(context, span, key.length / charactersOfElement)) return undefined;
  if (state.memo.has(key)) {
    const known = state.memo.get(key);
    if (known && state.dependingOnTraining.has(known)) state.readsTraining = true;
    return known;
  }
  if (state.active.has(key)) {
    fail(context, report.endlessRecursion({ span, name }));
    return undefined;
  }
  const frame = enter(context, name, span);
  if (!frame) return undefined;
  const outer = state.readsTraining;
  state.readsTraining = false;
  state.active.add(key);
  const definition = elaborateBlock(instance, ports, inputs, parameters, frame, { ...context, training, isFrozen: undefined });
  state.active.delete(key);
  const depends = state.readsTraining;
  state.readsTraining = outer || depends;
  if (depends && definition) state.dependingOnTraining.add(definition);
  // What was cut short by a limit is no verdict on the block.
  if (state.exhausted) return definition;
  state.memo.set(key, definition);
  if (!depends) state.memo.set(keyIn(!training), definition);
  return definition;
}

function elaborateBlock(
  instance: InstanceRecord,
  ports: readonly PortStatement[],
  inputs: readonly TensorValue[],
  parameters: Readonly<Record<string, ParameterValue>>,
  frame: Frame,
  context: Context,
): Definition | undefined {
  const { declaration, environment: outer } = instance.block;
  const name = declaration.name.text;
  const environment = new Environment(outer);
  for (const [parameter, value] of instance.parameters) environment.define(parameter, value);
  const builder = new DefinitionBuilder(context.state.newId(name));
  const inner: Context = {
    ...context,
    environment,
    builder,
    naming: undefined,
    place: name,
    frame,
    repetition: undefined,
    inComprehension: false,
    values: undefined,
  };
  // Types are read in the block, but what does not fit them was made outside.
  const atCall: Context = { ...inner, builder: context.builder, values: context.values };
  for (const [i, port] of ports.entries()) {
    const tensor = inputs[i];
    if (!tensor || !matchesShape(atCall, port.type, tensor, frame.span, `\`${port.name.text}\` of \`${name}\``)) return undefined;
    const range = rangeOf(inner, port.type);
    const value = builder.addInput(port.name.text, tensor.shape, port.span, range);
    environment.define(port.name.text, value);
    defineImage(environment, port.type, tensor.shape, declaration.body);
    observeValue(inner, port.name, value);
  }
  const scope = new BodyScope(declaration.body, environment);
  runStatements(declaration.body, inner, scope);
  if (!scope.finishOutputs(inner, builder)) return undefined;
  const definition = builder.finish({ block: name, documentation: declaration.documentation, span: declaration.span, parameters });
  if (!checkPaths(inner, definition)) return undefined;
  context.state.definitions.add(definition);
  return definition;
}

/** Reports two instances of a finished definition that lay claim to one path; false where there are any. */
export function checkPaths(context: Context, definition: Definition): boolean {
  const [outer, instance] = context.state.definitions.collidingInstances(definition) ?? [];
  if (!outer || !instance) return true;
  const related = [{ message: `\`${outer.name}\`, made here, holds an instance of this path`, span: outer.span }];
  fail(context, report.duplicatePath({ span: instance.span, path: instance.name, related }));
  return false;
}

/** Whether this application uses the weights that the first one fixed. */
function sharesWeights(
  instance: InstanceRecord,
  definition: Definition,
  inputs: readonly TensorValue[],
  span: Span,
  context: Context,
): boolean {
  const { definitions } = context.state;
  if (!instance.definition) {
    instance.definition = definition;
    instance.firstApplication = span;
    return true;
  }
  if (definitions.shareWeights(instance.definition, definition)) return true;
  const divisors = context.state.constraints.divisorsBySymbol;
  const first = instance.definition.inputs.map(({ shape }) => formatShape(shape, divisors)).join(', ');
  const now = inputs.map(({ shape }) => formatShape(shape, divisors)).join(', ');
  const related = instance.firstApplication ? [{ message: `first applied to ${first} here`, span: instance.firstApplication }] : [];
  fail(context, report.sharedWeightsDiffer({ span, instance: instance.name || instance.block.declaration.name.text, first, now, related }));
  return false;
}
