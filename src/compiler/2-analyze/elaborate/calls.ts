import type { Argument, Expression } from '../../1-parse/ast.js';
import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { FunctionArgument, ValueRange } from '../../ir/ir.js';
import { completeAttributes, isProblem, type SourceOpName, sourceOpDefinition, wordsOf } from '../../ops/index.js';
import type { Attributes, AttributeValue } from '../../ops/op.js';
import { bindArguments, type EvaluatedArgument, slotsOf } from './arguments.js';
import { applyInstance, construct } from './blocks.js';
import { callBuiltin } from './builtins.js';
import { type Context, enter, fail, isOfLibrary, ofStatement } from './context.js';
import { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import { observeValue } from './observe-value.js';
import { emitOp, toTensor } from './tensors.js';
import { checkType, defineImage } from './types.js';
import { describe, errorValue, type FunctionValue, sizeOf, type TensorValue, toParameterValue, type Value } from './values.js';

/** `conv(64, 3)`, `relu(x)`, `deg(low)` */
export function evaluateCall(expression: Expression & { kind: 'call' }, context: Context): Value {
  const callee = evaluate(expression.callee, context);
  const given = evaluateArguments(expression.arguments, context);
  if (callee.kind === 'error') return errorValue;
  if (callee.kind !== 'block') return callValue(callee, given, expression.span, context);
  const instance = construct(callee, given, expression.span, undefined, context);
  return instance ? { kind: 'instance', instance } : errorValue;
}

export const evaluateArguments = (given: readonly Argument[], context: Context): EvaluatedArgument[] =>
  given.map(({ name, value: expression, span }) => {
    const value = evaluate(expression, context);
    // What takes a list goes through it.
    const isPaid = context.state.spendElements(context, span, sizeOf(value));
    return { ...(name ? { name } : {}), value: isPaid ? value : errorValue, span: expression.span };
  });

/** Calls anything but a block: a function, an operator, a compile-time function, or an instance, which is applied. */
export function callValue(callee: Value, given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  switch (callee.kind) {
    case 'function':
      return callFunction(callee, given, span, context);
    case 'op':
      return callOp(callee.name, given, span, context);
    case 'builtin':
      return callBuiltin(callee.name, given, span, context);
    case 'instance':
      return applyInstance(callee.instance, given, span, context);
    case 'block':
      fail(context, report.blockNotInstance({ span, name: callee.declaration.name.text }));
      return errorValue;
    case 'error':
      return errorValue;
    default:
      fail(context, report.notCallable({ span, found: describe(callee) }));
      return errorValue;
  }
}

function callFunction(callee: FunctionValue, given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  const { declaration } = callee;
  const name = declaration.name.text;
  const bound = bindArguments(context, name, slotsOf(declaration.parameters), given, span);
  // An argument that failed has been reported; the body would only repeat it.
  if (!bound || given.some(({ value }) => value.kind === 'error')) return errorValue;
  const frame = enter(context, name, span);
  if (!frame) return errorValue;
  const environment = new Environment(callee.environment);
  const inner: Context = { ...context, environment, naming: undefined, place: name, frame, values: undefined };
  for (const parameter of declaration.parameters) {
    const argument = bound.get(parameter.name.text);
    context.state.defaults.record(parameter, argument);
    const what = `\`${parameter.name.text}\` of \`${name}\``;
    const value = argument
      ? checkType({ ...context, environment }, parameter.type, argument.value, argument.span, what)
      : checkType(inner, parameter.type, parameter.default ? evaluate(parameter.default, inner) : errorValue, parameter.span, what);
    if (value.kind === 'error') return errorValue;
    environment.define(parameter.name.text, value);
    if (value.kind === 'tensor') defineImage(environment, parameter.type, value.shape, declaration.body);
    observeValue(inner, parameter.name, value);
  }
  for (const statement of declaration.body) {
    if (statement.kind !== 'let') continue;
    const value = evaluate(statement.value, ofStatement(inner));
    environment.define(statement.name.text, value);
    observeValue(inner, statement.name, value);
  }
  const result = evaluate(declaration.result, ofStatement(inner));
  if (result.kind !== 'tensor') return result;
  context.builder?.addFunctionCall(callee.name, argumentsInOrder(declaration, bound), result);
  // What the library made was made, for the reader, where it was called.
  return isOfLibrary(result.span) && !isOfLibrary(span) ? (context.builder?.madeAt(result, span) ?? result) : result;
}

/** The arguments that were given, in the order of the parameters; undefined where one of them is too long to be told. */
function argumentsInOrder(
  declaration: FunctionValue['declaration'],
  bound: ReadonlyMap<string, EvaluatedArgument>,
): FunctionArgument[] | undefined {
  const described = declaration.parameters.flatMap((parameter) => {
    const name = parameter.name.text;
    const argument = bound.get(name);
    return argument ? [describeArgument(name, argument.value)] : [];
  });
  return described.every((argument) => argument !== undefined) ? described : undefined;
}

/** Longer lists would make an IR grow with each function that passes them on. */
const longestList = 64;

function describeArgument(name: string, value: Value): FunctionArgument | undefined {
  if (value.kind === 'tensor') return { name, value: value.id };
  if (value.kind === 'dimension') return { name, data: value.dimension };
  if (value.kind === 'list' && value.size > longestList) return undefined;
  if (value.kind === 'list' && value.elements.length > 0) {
    const tensors = value.elements.flatMap((element) => (element.kind === 'tensor' ? [element.id] : []));
    if (tensors.length === value.elements.length) return { name, values: tensors };
  }
  const data = value.kind === 'range' && value.to - value.from >= longestList ? undefined : toParameterValue(value);
  return data === undefined ? undefined : { name, data };
}

/** An operator: its tensors first, then its attributes, by position or by name. A variadic one takes its attributes by name only. */
export function callOp(name: SourceOpName, given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  const definition = sourceOpDefinition(name);
  if (given.some(({ value }) => value.kind === 'error')) return errorValue;
  const attributeSlots = definition.attributes.map((attribute) => ({ name: attribute.name, optional: attribute.default !== undefined }));
  const positional = given.filter((argument) => !argument.name);
  const inputSlots = definition.inputs.map((input) => ({ name: input, optional: false }));
  const bound = definition.variadic
    ? bindArguments(
        context,
        name,
        attributeSlots,
        given.filter((argument) => argument.name),
        span,
      )
    : bindArguments(context, name, [...inputSlots, ...attributeSlots], given, span);
  if (!bound) return errorValue;
  const operands = definition.variadic ? spread(positional) : inputSlots.flatMap((slot) => bound.get(slot.name) ?? []);
  const inputs: TensorValue[] = [];
  for (const [i, operand] of operands.entries()) {
    const tensor = toTensor(
      context,
      operand.value,
      operand.span,
      `\`${definition.inputs[Math.min(i, definition.inputs.length - 1)]}\` of \`${name}\``,
    );
    if (!tensor) return errorValue;
    inputs.push(tensor);
  }
  const attributes = attributesOf(name, bound, context);
  if (name === 'clip' && attributes) checkClip(inputs[0]?.range, attributes, span, context);
  return attributes ? emitOp(context, name, inputs, attributes, span) : errorValue;
}

/** Warns of a clip whose bounds hold all that its operand can be. */
function checkClip(range: ValueRange | undefined, { minimum, maximum }: Attributes, span: Span, context: Context): void {
  if (!range || isOfLibrary(span) || Number(minimum) > range[0] || Number(maximum) < range[1]) return;
  const text = (bounds: readonly unknown[]): string => `[${bounds.join(', ')}]`;
  fail(context, report.clipWithoutEffect({ span, clip: text([minimum, maximum]), range: text(range) }));
}

/** The attributes that are given, each checked by itself so that a mistake is reported at its argument. */
function attributesOf(name: SourceOpName, bound: ReadonlyMap<string, EvaluatedArgument>, context: Context): Attributes | undefined {
  const attributes: Record<string, AttributeValue> = {};
  for (const specification of sourceOpDefinition(name).attributes) {
    const argument = bound.get(specification.name);
    if (!argument) continue;
    const value = toAttribute(argument.value);
    if (value === undefined) {
      const what = `\`${specification.name}\` of \`${name}\``;
      const expected = 'a number, a text or a list of numbers';
      fail(context, report.typeMismatch({ span: argument.span, what, expected, found: describe(argument.value) }));
      return undefined;
    }
    const complete = completeAttributes(name, [specification], { [specification.name]: value });
    if (isProblem(complete)) {
      const candidates = typeof value === 'string' ? didYouMean(value, wordsOf(specification.kind)).map((word) => `"${word}"`) : [];
      fail(context, report.invalidAttribute({ span: argument.span, problem: complete.problem, candidates }));
      return undefined;
    }
    attributes[specification.name] = value;
  }
  return attributes;
}

/** The tensors of a variadic operator, which may come as one list. */
function spread(positional: readonly EvaluatedArgument[]): readonly EvaluatedArgument[] {
  const [only] = positional;
  if (positional.length !== 1 || only?.value.kind !== 'list') return positional;
  return only.value.elements.map((value) => ({ value, span: only.span }));
}

function toAttribute(value: Value): AttributeValue | undefined {
  if (value.kind === 'dimension') return value.dimension;
  if (value.kind !== 'list') return toParameterValue(value) as AttributeValue | undefined;
  const elements = value.elements.map(toAttribute);
  return elements.every((element) => element !== undefined) ? (elements as AttributeValue) : undefined;
}

/** `gan.fool`, or an output of a block that has several. */
export function evaluateMember(expression: Expression & { kind: 'member' }, context: Context): Value {
  const target = evaluate(expression.target, context);
  if (target.kind === 'error') return errorValue;
  const members = target.kind === 'namespace' ? target.functions : target.kind === 'outputs' ? target.members : new Map<string, Value>();
  const { text, span } = expression.name;
  const member = members.get(text);
  if (member) return member;
  fail(context, report.unknownMember({ span, name: text, owner: describe(target), candidates: didYouMean(text, members.keys()) }));
  return errorValue;
}
