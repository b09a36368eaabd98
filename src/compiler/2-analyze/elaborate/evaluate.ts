import type { Expression } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import { limits } from '../../limits.js';
import { combine, negate } from './arithmetic.js';
import { evaluateCall, evaluateMember } from './calls.js';
import { type Context, fail } from './context.js';
import { evaluateIndex, evaluateList, evaluateRange } from './lists.js';
import { evaluatePipe } from './pipes.js';
import { boolean, describe, errorValue, float, integer, type Value } from './values.js';

/** The value of an expression. Mistakes are reported and give an error value, which everything that depends on it passes on silently. */
export function evaluate(expression: Expression, context: Context): Value {
  const { state } = context;
  if (!state.spendEvaluation(context, expression.span)) return errorValue;
  if (state.nesting >= limits.nesting) {
    state.exhaust(context, 'the nesting of expressions', limits.nesting, expression.span);
    return errorValue;
  }
  state.nesting += 1;
  const value = evaluateInner(expression, context);
  state.nesting -= 1;
  context.values?.record(expression, value);
  return value;
}

function evaluateInner(expression: Expression, context: Context): Value {
  switch (expression.kind) {
    case 'number':
      return expression.isInteger ? integerLiteral(expression, context) : float(expression.value);
    case 'string':
      return { kind: 'string', value: expression.value };
    case 'boolean':
      return boolean(expression.value);
    case 'name':
      return evaluateName(expression, context);
    case 'index':
      return evaluateIndex(expression, context);
    case 'member':
      return evaluateMember(expression, context);
    case 'call':
      return evaluateCall(expression, context);
    case 'list':
      return evaluateList(expression, context);
    case 'range':
      return evaluateRange(expression, context);
    case 'unary':
      return evaluateUnary(expression, context);
    case 'binary':
      return evaluateBinary(expression, context);
    case 'if':
      return evaluateIf(expression, context);
    case 'pipe':
      return evaluatePipe(expression, context);
    case 'error':
      return errorValue;
  }
}

function evaluateName(expression: Expression & { kind: 'name' }, context: Context): Value {
  const { text, span } = expression.name;
  const value = context.environment.lookup(text);
  if (!value) {
    // Names that nothing defines have been reported; what is left are those that are defined, but later.
    if (!context.state.sink.hasErrors) fail(context, report.usedBeforeDefinition({ span, name: text }));
    return errorValue;
  }
  if (value.kind !== 'model-value') return value;
  fail(context, report.modelValueInTraining({ span, name: text }));
  return errorValue;
}

function integerLiteral(expression: Expression & { kind: 'number' }, context: Context): Value {
  if (Number.isSafeInteger(expression.value)) return integer(expression.value);
  fail(context, report.integerOverflow({ span: expression.span, operation: String(expression.value) }));
  return errorValue;
}

function evaluateUnary(expression: Expression & { kind: 'unary' }, context: Context): Value {
  const operand = evaluate(expression.operand, context);
  if (expression.operator === '-') return negate(context, operand, expression.span);
  const truth = truthOf(context, operand, expression.operand, 'the operand of `not`');
  return truth === undefined ? errorValue : boolean(!truth);
}

function evaluateBinary(expression: Expression & { kind: 'binary' }, context: Context): Value {
  const { operator, left, right } = expression;
  if (operator !== 'and' && operator !== 'or') {
    return combine(context, operator, evaluate(left, context), evaluate(right, context), expression.span);
  }
  const first = truthOf(context, evaluate(left, context), left, `the left side of \`${operator}\``);
  if (first === undefined) return errorValue;
  // The right side is only looked at when it matters, so that it may rely on the left one.
  if (first === (operator === 'or')) return boolean(first);
  const second = truthOf(context, evaluate(right, context), right, `the right side of \`${operator}\``);
  return second === undefined ? errorValue : boolean(second);
}

function evaluateIf(expression: Expression & { kind: 'if' }, context: Context): Value {
  const truth = truthOf(context, evaluate(expression.condition, context), expression.condition, 'the condition of `if`');
  if (truth === undefined) return errorValue;
  return evaluate(truth ? expression.then : expression.else, context);
}

function truthOf(context: Context, value: Value, expression: Expression, what: string): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  if (value.kind !== 'error') {
    const expected = value.kind === 'tensor' ? 'true or false, known when the network is built' : 'true or false';
    fail(context, report.typeMismatch({ span: expression.span, what, expected, found: describe(value) }));
  }
  return undefined;
}
