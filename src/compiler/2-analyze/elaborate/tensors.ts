import { report, type Span } from '../../diagnostics/index.js';
import { isExact } from '../../ir/dimension.js';
import { limits } from '../../limits.js';
import { hasElementwiseShape, inferShape, isProblem, type SourceOpName, sourceOpDefinition } from '../../ops/index.js';
import type { AttributeKind, Attributes, AttributeValue } from '../../ops/op.js';
import { differingAxis, originOfSide } from './conflict.js';
import { type Context, fail } from './context.js';
import { describe, errorValue, type ListValue, sizeOf, type TensorValue, type Value } from './values.js';

/** Attributes that have an element for each axis. */
const perAxis: ReadonlySet<AttributeKind> = new Set(['dimensions', 'paddings'] as const);

const lengthOf = (value: AttributeValue | undefined): number => (Array.isArray(value) ? value.length : 0);

/** Adds an operator to the definition that is being built, or reports what its shape rule objects to. */
export function emitOp(context: Context, name: SourceOpName, inputs: readonly TensorValue[], attributes: Attributes, span: Span): Value {
  const { builder, state } = context;
  if (!builder) return tensorsNotAllowed(context, span);
  if (!state.spendNode(context, span, inputs.length)) return errorValue;
  const definition = sourceOpDefinition(name);
  const long = definition.attributes.find(
    ({ name: attribute, kind }) => perAxis.has(kind) && lengthOf(attributes[attribute]) > limits.axes,
  );
  if (long) {
    const what = `${lengthOf(attributes[long.name])} axes in \`${long.name}\` of \`${name}\``;
    fail(context, report.limitReached({ span, what, limit: limits.axes }));
    return errorValue;
  }
  const shapes = inputs.map(({ shape }) => shape);
  const result = inferShape(definition, shapes, attributes, { equal: (a, b) => state.constraints.agree(a, b, span) });
  if (!isProblem(result)) {
    const inexact = result.shape.find((dimension) => !isExact(dimension));
    if (inexact === undefined) return builder.addOp(name, inputs, result.attributes, result.shape, span);
    // An extent that could not be worked out has no number of its own.
    const extent = inexact === Number.MAX_VALUE ? 'an extent' : `the extent ${inexact}`;
    fail(context, report.integerOverflow({ span, operation: `${extent} of \`${name}\`` }));
    return errorValue;
  }
  const sides = result.inputs.length > 0 ? result.inputs : inputs.map((_, i) => i);
  const [first = [], second = []] = sides.map((i) => shapes[i] ?? []);
  const axis = hasElementwiseShape(definition)
    ? differingAxis(first, second, (a, b) => a === b || a === 1 || b === 1)
    : name === 'concat'
      ? differingAxis(first, second, (a, b) => a === b, Number(attributes.axis))
      : undefined;
  const related = sides.flatMap((i) => {
    const input = inputs[i];
    const role = definition.inputs[Math.min(i, definition.inputs.length - 1)] ?? 'input';
    return input ? [originOfSide(input, axis, `the input \`${role}\``, context)] : [];
  });
  fail(context, report.shapeMismatch({ span, operation: name, problem: result.problem, related }));
  return errorValue;
}

/**
 * A value as a tensor: a number becomes a scalar constant, a list of numbers a constant, a list of tensors their concatenation along
 * channels. Reports what is none of these; `what` says what the tensor is for.
 */
export function toTensor(context: Context, value: Value, span: Span, what: string): TensorValue | undefined {
  if (value.kind === 'tensor') return value;
  if (value.kind === 'error' || !context.state.spendElements(context, span, sizeOf(value))) return undefined;
  const constant = value.kind === 'number' || value.kind === 'list' ? constantOf(value) : undefined;
  if (constant) {
    const tooLarge = constant.values.find((number) => !Number.isFinite(Math.fround(number)));
    if (tooLarge !== undefined) {
      fail(
        context,
        report.valueOutOfRange({ span, what: 'a number in a tensor', value: tooLarge, low: -largestFloat32, high: largestFloat32 }),
      );
      return undefined;
    }
    if (context.builder) return context.builder.addConstant(constant.values, constant.shape, span);
    tensorsNotAllowed(context, span);
    return undefined;
  }
  if (value.kind === 'list' && value.elements.length > 0) return concatenate(context, value, span, what);
  const found = value.kind === 'list' ? 'a list of nothing' : describe(value);
  fail(context, report.typeMismatch({ span, what, expected: 'a tensor', found }));
  return undefined;
}

function concatenate(context: Context, list: ListValue, span: Span, what: string): TensorValue | undefined {
  const parts: TensorValue[] = [];
  for (const element of list.elements) {
    const part = element.kind === 'number' ? undefined : toTensor(context, element, span, what);
    if (element.kind === 'number') {
      fail(context, report.typeMismatch({ span, what: 'an element of the list', expected: 'a tensor', found: describe(element) }));
    }
    if (!part) return undefined;
    parts.push(part);
  }
  const [first] = parts;
  if (!first || parts.length === 1) return first;
  const result = emitOp(context, 'concat', parts, { axis: Math.max(0, first.shape.length - 1) }, span);
  return result.kind === 'tensor' ? result : undefined;
}

const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

interface ConstantData {
  readonly values: readonly number[];
  readonly shape: readonly number[];
}

/** A number or a regular nest of lists of numbers as row-major values; undefined for anything else. */
function constantOf(value: Value): ConstantData | undefined {
  if (value.kind === 'number') return { values: [value.value], shape: [] };
  if (value.kind !== 'list') return undefined;
  const parts = value.elements.map(constantOf);
  const [first] = parts;
  if (!first) return undefined;
  const values: number[] = [];
  for (const part of parts) {
    if (part?.shape.join() !== first.shape.join()) return undefined;
    for (const item of part.values) values.push(item);
  }
  return { values, shape: [parts.length, ...first.shape] };
}

function tensorsNotAllowed(context: Context, span: Span): Value {
  fail(context, report.statementNotAllowed({ span, what: 'a tensor', where: context.place }));
  return errorValue;
}
