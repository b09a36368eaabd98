import { report, type Span } from '../../diagnostics/index.js';
import { bindArguments, type EvaluatedArgument } from './arguments.js';
import { finite, fromDimension } from './arithmetic.js';
import { callableOps } from './callable-ops.js';
import { callOp } from './calls.js';
import { type Context, fail } from './context.js';
import { rangeElements } from './types.js';
import { boolean, describe, errorValue, type InitializerName, integer, list, type Value } from './values.js';

/** Functions of one number; those that are operators too work on tensors as well. */
const numeric: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  abs: Math.abs,
};

const initializers: Readonly<Record<InitializerName, 'gain' | 'deviation' | 'value' | undefined>> = {
  glorot_uniform: 'gain',
  he_normal: 'gain',
  kaiming_uniform: 'gain',
  normal: 'deviation',
  truncated_normal: 'deviation',
  constant: 'value',
  zeros: undefined,
  ones: undefined,
  none: undefined,
};

/** Bounds of what initializers take. */
const leastValues: Readonly<Record<string, number>> = { gain: 0, deviation: 0, fan_in: 1, fan_out: 1 };

const isInitializer = (name: string): name is InitializerName => Object.hasOwn(initializers, name);

/** Functions that the compiler itself evaluates, beside the operators. */
export const builtinNames = [
  'length',
  'total',
  'min',
  'max',
  'shape',
  'is_training',
  ...Object.keys(numeric),
  ...Object.keys(initializers),
];

/** Calls a compile-time function. */
export function callBuiltin(name: string, given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  if (given.some(({ value }) => value.kind === 'error')) return errorValue;
  if (isInitializer(name)) return initializer(name, given, span, context);
  if (name === 'is_training') return isTraining(given, span, context);
  if (name === 'min' || name === 'max') return extremum(name, given, span, context);
  const [argument] = given;
  if (name in numeric && argument && (argument.value.kind === 'tensor' || argument.value.kind === 'list')) {
    const op = callableOps.find((other) => other === name);
    if (op) return callOp(op, given, span, context);
  }
  const bound = bindArguments(context, name, [{ name: 'value', optional: false }], given, span)?.get('value');
  if (!bound) return errorValue;
  const { value } = bound;
  const mismatch = (expected: string): Value => {
    fail(context, report.typeMismatch({ span: bound.span, what: `the argument of \`${name}\``, expected, found: describe(value) }));
    return errorValue;
  };
  switch (name) {
    case 'length':
      if (value.kind === 'range') return integer(Math.max(0, value.to - value.from + 1));
      return value.kind === 'list' ? integer(value.elements.length) : mismatch('a list');
    case 'total':
      return total(context, value, span) ?? mismatch('a list of numbers');
    case 'shape':
      return value.kind === 'tensor' ? list(value.shape.map(fromDimension)) : mismatch('a tensor');
    default:
      return ofNumber(context, name, value, span) ?? mismatch('a number');
  }
}

/** `is_training()`: whether the block is applied by a stage that does not freeze it. */
function isTraining(given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  if (!bindArguments(context, 'is_training', [], given, span)) return errorValue;
  if (context.training === undefined) {
    fail(context, report.trainingNotKnown({ span, where: context.place }));
    return errorValue;
  }
  context.state.readsTraining = true;
  return boolean(context.training);
}

function ofNumber(context: Context, name: string, value: Value, span: Span): Value | undefined {
  if (value.kind === 'rate' && name === 'floor') return { kind: 'rate', expression: { operator: 'floor', operands: [value.expression] } };
  const compute = numeric[name];
  if (value.kind !== 'number' || !compute) return undefined;
  const isInteger = name === 'floor' || name === 'ceil' || (name === 'abs' && value.integer);
  return finite(context, compute(value.value), isInteger, span, `${name}(${value.value})`);
}

function total(context: Context, value: Value, span: Span): Value | undefined {
  const elements = value.kind === 'list' ? value.elements : value.kind === 'range' ? rangeElements(value) : undefined;
  const numbers = elements?.flatMap((element) => (element.kind === 'number' ? [element] : []));
  if (!elements || !numbers || numbers.length !== elements.length) return undefined;
  const sum = numbers.reduce((result, element) => result + element.value, 0);
  return finite(
    context,
    sum,
    numbers.every((element) => element.integer),
    span,
    'total',
  );
}

function extremum(name: 'min' | 'max', given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  const named = given.find((argument) => argument.name)?.name;
  if (named) {
    fail(
      context,
      report.unknownArgument({ span: named.span, name: named.text, callee: name, signature: 'numbers without names', candidates: [] }),
    );
    return errorValue;
  }
  const [only] = given;
  const values = given.length === 1 && only?.value.kind === 'list' ? only.value.elements : given.map(({ value }) => value);
  const numbers = values.flatMap((value) => (value.kind === 'number' ? [value] : []));
  if (numbers.length === values.length && numbers.length > 0) {
    return numbers.reduce((a, b) => ((name === 'min' ? b.value < a.value : b.value > a.value) ? b : a));
  }
  const operands = values.flatMap((value) => (value.kind === 'number' ? [value.value] : value.kind === 'rate' ? [value.expression] : []));
  if (operands.length === values.length && operands.length > 0) return { kind: 'rate', expression: { operator: name, operands } };
  const other = given.find(({ value }) => value.kind !== 'number' && value.kind !== 'rate');
  const found = other ? describe(other.value) : 'nothing';
  const hint = other?.value.kind === 'tensor' ? `for tensors, use \`${name}imum\`` : undefined;
  fail(context, report.typeMismatch({ span: other?.span ?? span, what: `an argument of \`${name}\``, expected: 'a number', found, hint }));
  return errorValue;
}

function initializer(name: InitializerName, given: readonly EvaluatedArgument[], span: Span, context: Context): Value {
  const parameter = initializers[name];
  const own = parameter ? [{ name: parameter, optional: parameter === 'gain' }] : [];
  const fans = parameter === 'gain' ? ['fan_in', 'fan_out'].map((fan) => ({ name: fan, optional: true })) : [];
  const bound = bindArguments(context, name, [...own, ...fans], given, span);
  if (!bound) return errorValue;
  const numbers = new Map<string, number>();
  for (const [key, { value, span: place }] of bound) {
    const least = leastValues[key];
    if (value.kind !== 'number' || (least !== undefined && value.value < least)) {
      const expected = least === undefined ? 'a number' : `a number of at least ${least}`;
      fail(context, report.typeMismatch({ span: place, what: `\`${key}\` of \`${name}\``, expected, found: describe(value) }));
      return errorValue;
    }
    numbers.set(key, value.value);
  }
  const value = parameter ? numbers.get(parameter) : undefined;
  const [fanIn, fanOut] = [numbers.get('fan_in'), numbers.get('fan_out')];
  return {
    kind: 'initializer',
    initializer: name,
    ...(value === undefined ? {} : { value }),
    ...(fanIn === undefined ? {} : { fanIn }),
    ...(fanOut === undefined ? {} : { fanOut }),
  };
}
