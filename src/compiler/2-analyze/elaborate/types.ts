import type { Expression, Statement, TypeExpression } from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import { type Dimension, formatShape, type Shape } from '../../ir/dimension.js';
import type { ValueRange } from '../../ir/ir.js';
import { dimensionsOfImage } from '../names/image-dimensions.js';
import { fromDimension, toDimension } from './arithmetic.js';
import { differingAxis, extentText, originOfSide } from './conflict.js';
import { type Context, fail } from './context.js';
import type { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import { toTensor } from './tensors.js';
import { describe, errorValue, list, type TensorValue, type Value } from './values.js';

/** Names of the types of parameters and ports. */
export const typeNames = ['int', 'float', 'bool', 'string', 'image', 'tensor'];

/** A type as a reader writes it. */
export function typeText(type: TypeExpression): string {
  switch (type.kind) {
    case 'named-type':
      return type.name.text;
    case 'list-type':
      return `${typeText(type.element)}[]`;
    case 'shape-type':
      return 'a tensor';
  }
}

const expected: ReadonlyMap<string, string> = new Map([
  ['int', 'an int'],
  ['float', 'a float'],
  ['bool', 'true or false'],
  ['string', 'a string'],
  ['tensor', 'a tensor'],
  ['image', 'an image'],
]);

/** Whether values of a type are tensors. */
export const isTensorType = (type: TypeExpression): boolean =>
  type.kind === 'shape-type' || (type.kind === 'named-type' && (type.name.text === 'tensor' || type.name.text === 'image'));

/**
 * A value as one of the type, or an error value after a diagnostic. Names of dimensions that the type introduces are defined in
 * `context.environment`. `what` says what the value is for, with its backticks.
 */
export function checkType(context: Context, type: TypeExpression, value: Value, span: Span, what: string): Value {
  if (value.kind === 'error') return errorValue;
  if (isTensorType(type)) {
    const tensor = toTensor(context, value, span, what);
    if (!tensor || !matchesShape(context, type, tensor, span, what)) return errorValue;
    checkRange(context, rangeOf(context, type), tensor, span, what, type.span);
    return tensor;
  }
  if (type.kind === 'list-type') return checkList(context, type, value, span, what);
  const fits = type.kind === 'named-type' && fitsName(type.name.text, value);
  if (!fits) {
    const wanted = type.kind === 'named-type' ? expected.get(type.name.text) : typeText(type);
    // A type that does not exist has been reported with the declaration.
    if (wanted !== undefined) fail(context, report.typeMismatch({ span, what, expected: wanted, found: describe(value) }));
    return errorValue;
  }
  const range = rangeOf(context, type);
  if (range && value.kind === 'number' && (value.value < range[0] || value.value > range[1])) {
    fail(context, report.valueOutOfRange({ span, what, value: value.value, low: range[0], high: range[1] }));
    return errorValue;
  }
  // An int given for a float is a float from then on, so that the same network is not built twice for 1 and 1.0.
  return value.kind === 'number' && type.kind === 'named-type' && type.name.text === 'float' ? { ...value, integer: false } : value;
}

function fitsName(name: string, value: Value): boolean {
  switch (name) {
    case 'int':
      return (value.kind === 'number' && value.integer) || value.kind === 'dimension';
    case 'float':
      return value.kind === 'number';
    case 'bool':
      return value.kind === 'boolean';
    case 'string':
      return value.kind === 'string';
    default:
      return false;
  }
}

function checkList(context: Context, type: TypeExpression & { kind: 'list-type' }, value: Value, span: Span, what: string): Value {
  if (value.kind !== 'list' && value.kind !== 'range') {
    fail(context, report.typeMismatch({ span, what, expected: `a list (${typeText(type)})`, found: describe(value) }));
    return errorValue;
  }
  const elements = value.kind === 'list' ? value.elements : rangeElements(value);
  const checked = elements.map((element) => checkType(context, type.element, element, span, `an element of ${what}`));
  return checked.some((element) => element.kind === 'error') ? errorValue : list(checked);
}

export function rangeElements(range: Value & { kind: 'range' }): Value[] {
  return Array.from({ length: Math.max(0, range.to - range.from + 1) }, (_, i) => ({
    kind: 'number',
    value: range.from + i,
    integer: true,
  }));
}

/** The inclusive range of values that a type declares, `image in [-1, 1]`. */
export function rangeOf(context: Context, type: TypeExpression): ValueRange | undefined {
  if (type.kind === 'list-type' || !type.range) return undefined;
  const [low = errorValue, high = errorValue] = type.range.map((bound) => evaluate(bound, context));
  if (low.kind === 'error' || high.kind === 'error') return undefined;
  if (low.kind === 'number' && high.kind === 'number' && low.value <= high.value) return [low.value, high.value];
  const [first, last] = type.range;
  const span = { ...first.span, end: last.span.end };
  const found = `${describe(low)} and ${describe(high)}`;
  fail(context, report.typeMismatch({ span, what: 'a range of values', expected: 'a lower and an upper bound', found }));
  return undefined;
}

/** Reports a tensor whose values are known to leave the range that its place declares. Tensors of unknown range pass. */
export function checkRange(
  context: Context,
  range: ValueRange | undefined,
  tensor: TensorValue,
  span: Span,
  what: string,
  declaration: Span,
): void {
  const { range: found } = tensor;
  if (!range || !found || (found[0] >= range[0] && found[1] <= range[1])) return;
  const text = ([low, high]: ValueRange): string => `[${low}, ${high}]`;
  const related = [
    { message: `values in ${text(found)} come from here`, span: tensor.span },
    { message: `${what} demands values in ${text(range)} here`, span: declaration },
  ];
  fail(context, report.rangeMismatch({ span, what, expected: text(range), found: text(found), related }));
}

/** Whether a tensor has the shape that a type demands; reports where not. Defines names of dimensions that are new. */
export function matchesShape(context: Context, type: TypeExpression, tensor: TensorValue, span: Span, what: string): boolean {
  if (type.kind === 'named-type' && type.name.text === 'tensor') return true;
  const wanted =
    type.kind === 'shape-type' ? type.dimensions.map((dimension, i) => demand(context, dimension, tensor.shape[i])) : ['B', 'H', 'W', 3];
  const isImage = type.kind !== 'shape-type';
  const fits =
    wanted.length === tensor.shape.length &&
    wanted.every((dimension, i) => {
      const found = tensor.shape[i];
      if (dimension === undefined || found === undefined) return dimension === undefined;
      return (isImage && i < 3) || context.state.constraints.agree(dimension, found, span);
    });
  if (fits) return true;
  const divisors = context.state.constraints.divisorsBySymbol;
  const names = type.kind === 'shape-type' ? type.dimensions : [];
  const shown = formatShape(
    wanted.map((dimension, i) => dimension ?? nameOf(names[i]) ?? 0),
    divisors,
  );
  const axis = differingAxis(
    wanted.map((dimension, i) => (isImage && i < 3 ? undefined : dimension) ?? tensor.shape[i] ?? 0),
    tensor.shape,
    (a, b) => a === b,
  );
  const demanded = axis === undefined ? undefined : wanted[axis];
  const related = [originOfSide(tensor, axis, 'this', context)];
  if (type.span.file !== span.file || type.span.start !== span.start) {
    const demands =
      axis === undefined || demanded === undefined ? 'is declared' : `demands ${extentText(demanded, axis, wanted.length, divisors)}`;
    related.push({ message: `${what} ${demands} here`, span: type.span });
  }
  fail(context, report.portMismatch({ span, port: what, expected: shown, found: formatShape(tensor.shape, divisors), related }));
  return false;
}

const nameOf = (expression: Expression | undefined): string | undefined => (expression?.kind === 'name' ? expression.name.text : undefined);

/** Names the dimensions of an image in its body, those that mean nothing else there. */
export function defineImage(environment: Environment, type: TypeExpression, shape: Shape, body: readonly Statement[]): void {
  for (const [axis, name] of dimensionsOfImage(type, body).entries()) {
    const dimension = shape[axis];
    if (name !== undefined && dimension !== undefined && environment.lookup(name) === undefined)
      environment.define(name, fromDimension(dimension));
  }
}

/** What a dimension of a shape type demands: a value, or nothing where it is new and takes the value found. */
function demand(context: Context, expression: Expression, found: Dimension | undefined): Dimension | undefined {
  const name = nameOf(expression);
  if (name !== undefined && context.environment.lookup(name) === undefined) {
    if (found !== undefined) context.environment.define(name, fromDimension(found));
    return found;
  }
  const value = evaluate(expression, context);
  const dimension = toDimension(value);
  if (dimension === undefined && value.kind !== 'error') {
    fail(context, report.typeMismatch({ span: expression.span, what: 'a dimension', expected: 'an int', found: describe(value) }));
  }
  return dimension;
}
