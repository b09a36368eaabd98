import type { BinaryOperator } from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import {
  add,
  type Dimension,
  exactDivide,
  excessOfProduct,
  floorDivide,
  isExact,
  multiply,
  remainder,
  subtract,
} from '../../ir/dimension.js';
import type { RateExpression } from '../../ir/ir.js';
import type { OpName } from '../../ops/index.js';
import { type Context, fail } from './context.js';
import { emitOp, toTensor } from './tensors.js';
import { boolean, describe, errorValue, float, integer, type NumberValue, sizeOf, type Value } from './values.js';

const tensorOperators: Partial<Record<BinaryOperator, OpName>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '^': 'pow',
  '==': 'equal',
  '>': 'greater',
  '>=': 'greater_equal',
};

/** A number as a value; reports numbers that an int or a float cannot hold. */
export function finite(context: Context, value: number, isInteger: boolean, span: Span, operation: string): Value {
  if (!Number.isFinite(value)) {
    fail(context, report.undefinedArithmetic({ span, operation }));
    return errorValue;
  }
  if (!isInteger) return float(value);
  if (Number.isSafeInteger(value)) return integer(value === 0 ? 0 : value);
  fail(context, report.integerOverflow({ span, operation }));
  return errorValue;
}

/** A value as a dimension: a whole number or an extent known when the model runs. */
export function toDimension(value: Value): Dimension | undefined {
  if (value.kind === 'dimension') return value.dimension;
  return value.kind === 'number' && value.integer ? value.value : undefined;
}

/** A dimension as a value: an int where it is known. */
export function fromDimension(dimension: Dimension): Value {
  return typeof dimension === 'number' ? integer(dimension) : { kind: 'dimension', dimension };
}

/** `-x` */
export function negate(context: Context, operand: Value, span: Span): Value {
  if (operand.kind === 'number') return operand.integer ? integer(operand.value === 0 ? 0 : -operand.value) : float(-operand.value);
  if (operand.kind === 'rate') return { kind: 'rate', expression: { operator: '-', operands: [0, operand.expression] } };
  if (operand.kind === 'error') return errorValue;
  if (operand.kind === 'dimension') return fromDimension(subtract(0, operand.dimension));
  if (operand.kind === 'tensor' || operand.kind === 'list') {
    const tensor = toTensor(context, operand, span, 'the operand of `-`');
    return tensor ? emitOp(context, 'neg', [tensor], {}, span) : errorValue;
  }
  fail(context, report.typeMismatch({ span, what: 'the operand of `-`', expected: 'a number or a tensor', found: describe(operand) }));
  return errorValue;
}

/** A binary operator other than `and` and `or` on evaluated operands. */
export function combine(context: Context, operator: BinaryOperator, left: Value, right: Value, span: Span): Value {
  if (left.kind === 'error' || right.kind === 'error') return errorValue;
  if (!context.state.spendElements(context, span, sizeOf(left) + sizeOf(right))) return errorValue;
  if (left.kind === 'number' && right.kind === 'number') return combineNumbers(context, operator, left, right, span);
  if (isTensorLike(left) || isTensorLike(right)) {
    if ((isTensorLike(left) || left.kind === 'number') && (isTensorLike(right) || right.kind === 'number')) {
      return combineTensors(context, operator, left, right, span);
    }
  } else if (left.kind === 'rate' || right.kind === 'rate') {
    const combined = combineRates(operator, left, right);
    if (combined) return combined;
  } else if (operator === '==' || operator === '!=') {
    const same = sameConstant(left, right);
    if (same !== undefined) return boolean(same === (operator === '=='));
  } else {
    const combined = combineDimensions(context, operator, left, right, span);
    if (combined) return combined;
  }
  const hint =
    left.kind === 'instance' || right.kind === 'instance' ? 'apply the instance to a tensor: `layer(x)` or `x |> layer`' : undefined;
  fail(context, report.invalidOperands({ span, operator, left: describe(left), right: describe(right), hint }));
  return errorValue;
}

const isTensorLike = (value: Value): boolean =>
  value.kind === 'tensor' || (value.kind === 'list' && value.elements.some((element) => element.kind === 'tensor'));

function combineNumbers(context: Context, operator: BinaryOperator, left: NumberValue, right: NumberValue, span: Span): Value {
  const [a, b] = [left.value, right.value];
  const integers = left.integer && right.integer;
  const operation = `${a} ${operator} ${b}`;
  switch (operator) {
    case '+':
      return finite(context, a + b, integers, span, operation);
    case '-':
      return finite(context, a - b, integers, span, operation);
    case '*':
      return finite(context, a * b, integers, span, operation);
    case '/':
      // An exact quotient of ints is an int, so that `width / 2` counts channels.
      return finite(context, a / b, integers && b !== 0 && a % b === 0, span, operation);
    case '%':
      // The remainder has the sign of the divisor, as indices that go round need it.
      return finite(context, b === 0 ? Number.NaN : ((a % b) + b) % b, integers, span, operation);
    case '^':
      return finite(context, a ** b, integers && b >= 0, span, operation);
    case '==':
      return boolean(a === b);
    case '!=':
      return boolean(a !== b);
    case '<':
      return boolean(a < b);
    case '<=':
      return boolean(a <= b);
    case '>':
      return boolean(a > b);
    case '>=':
      return boolean(a >= b);
    default:
      fail(context, report.invalidOperands({ span, operator, left: describe(left), right: describe(right) }));
      return errorValue;
  }
}

function combineTensors(context: Context, operator: BinaryOperator, left: Value, right: Value, span: Span): Value {
  if (operator === '^' && right.kind === 'number' && (right.value === 2 || right.value === 0.5)) {
    const base = toTensor(context, left, span, 'the base of `^`');
    return base ? emitOp(context, right.value === 2 ? 'square' : 'sqrt', [base], {}, span) : errorValue;
  }
  if (operator === '<') return combineTensors(context, '>', right, left, span);
  if (operator === '<=') return combineTensors(context, '>=', right, left, span);
  const op = tensorOperators[operator];
  if (!op) {
    fail(context, report.invalidOperands({ span, operator, left: describe(left), right: describe(right) }));
    return errorValue;
  }
  const a = toTensor(context, left, span, `the left side of \`${operator}\``);
  const b = toTensor(context, right, span, `the right side of \`${operator}\``);
  return a && b ? emitOp(context, op, [a, b], {}, span) : errorValue;
}

const rateOf = (value: Value): RateExpression | undefined => {
  if (value.kind === 'number') return value.value;
  return value.kind === 'rate' ? value.expression : undefined;
};

function combineRates(operator: BinaryOperator, left: Value, right: Value): Value | undefined {
  const [a, b] = [rateOf(left), rateOf(right)];
  if (a === undefined || b === undefined) return undefined;
  if (operator === '+' || operator === '-' || operator === '*' || operator === '/' || operator === '^') {
    return { kind: 'rate', expression: { operator, operands: [a, b] } };
  }
  return undefined;
}

const dimensionOperators: Partial<Record<BinaryOperator, (a: Dimension, b: Dimension) => Dimension>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
};

function combineDimensions(context: Context, operator: BinaryOperator, left: Value, right: Value, span: Span): Value | undefined {
  const [a, b] = [toDimension(left), toDimension(right)];
  if (a === undefined || b === undefined) return undefined;
  if (operator === '/') return divideDimensions(context, a, b, span);
  const compute = operator === '%' && typeof b === 'number' && b >= 1 ? () => remainder(a, b) : dimensionOperators[operator];
  if (!compute) return undefined;
  const result = compute(a, b);
  if (isExact(result)) return fromDimension(result);
  fail(context, inexactResult(operator, a, b, span));
  return errorValue;
}

/** Why the result of two dimensions cannot be worked out. */
function inexactResult(operator: BinaryOperator, a: Dimension, b: Dimension, span: Span) {
  const excess = operator === '*' ? excessOfProduct(a, b) : undefined;
  if (excess) return report.limitReached({ span, what: `the number of ${excess.of} of an extent`, limit: excess.limit });
  return report.integerOverflow({ span, operation: `${a} ${operator} ${b}` });
}

/** `H / 8`: a dimension, so that the sizes of the input for which it is none are excluded. */
function divideDimensions(context: Context, a: Dimension, b: Dimension, span: Span): Value {
  const quotient = exactDivide(a, b, (multiple, whole) => context.state.constraints.agree(multiple, whole, span));
  if (quotient !== undefined) return fromDimension(quotient);
  if (typeof b === 'number' && b >= 1 && !isExact(floorDivide(a, b))) {
    fail(context, report.integerOverflow({ span, operation: `${a} / ${b}` }));
    return errorValue;
  }
  fail(
    context,
    report.inexactDimension({ span, dividend: String(a), divisor: String(b), step: typeof b === 'number' && b > 0 ? b : undefined }),
  );
  return errorValue;
}

/** Whether two compile-time values are the same; undefined where they cannot be compared. */
function sameConstant(left: Value, right: Value): boolean | undefined {
  if (left.kind === 'string' && right.kind === 'string') return left.value === right.value;
  if (left.kind === 'boolean' && right.kind === 'boolean') return left.value === right.value;
  if (left.kind === 'list' && right.kind === 'list') {
    if (left.elements.length !== right.elements.length) return false;
    const pairs = left.elements.map((element, i) => {
      const other = right.elements[i];
      if (!other) return undefined;
      return element.kind === 'number' && other.kind === 'number' ? element.value === other.value : sameConstant(element, other);
    });
    return pairs.includes(undefined) ? undefined : !pairs.includes(false);
  }
  return undefined;
}
