import type { Expression, ListElement } from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import { limits } from '../../limits.js';
import { type Context, fail } from './context.js';
import { Environment } from './environment.js';
import { evaluate } from './evaluate.js';
import { observeValue } from './observe-value.js';
import { rangeElements } from './types.js';
import { describe, errorValue, type FamilyValue, isError, list, type Value } from './values.js';

/** `[a, for i in 1..n: f[i]]` */
export function evaluateList(expression: Expression & { kind: 'list' }, context: Context): Value {
  const tooLarge = (what: string, limit: number): Value => {
    fail(context, report.limitReached({ span: expression.span, what, limit }));
    return errorValue;
  };
  const elements: Value[] = [];
  for (const element of expression.elements) appendElement(element, context, elements);
  if (elements.some(isError)) return errorValue;
  const value = list(elements);
  // Lists may hold one list many times, so that a few lines make one that is too large to go through.
  if (value.size > limits.elements) return tooLarge('the number of elements of a list', limits.elements);
  return value.depth > limits.listDepth ? tooLarge('the nesting of lists', limits.listDepth) : value;
}

function appendElement(element: ListElement, context: Context, elements: Value[]): void {
  if (element.kind === 'element') {
    elements.push(evaluate(element.value, context));
    return;
  }
  const items = iterate(element.over, context);
  if (!items) {
    elements.push(errorValue);
    return;
  }
  for (const item of items) {
    if (!context.state.spendEvaluation(context, element.span)) return;
    const environment = new Environment(context.environment);
    environment.define(element.variable.text, item);
    observeValue(context, element.variable, item);
    appendElement(element.body, { ...context, environment, inComprehension: true }, elements);
  }
}

/** `1..n`, `1..<n` */
export function evaluateRange(expression: Expression & { kind: 'range' }, context: Context): Value {
  const from = wholeNumber(expression.from, context, 'the start of a range');
  const to = wholeNumber(expression.to, context, 'the end of a range');
  if (from === undefined || to === undefined) return errorValue;
  const last = expression.exclusive ? to - 1 : to;
  const count = last - from + 1;
  if (count <= limits.turns) return { kind: 'range', from, to: last };
  fail(context, report.limitReached({ span: expression.span, what: `a range of ${count} numbers`, limit: limits.turns }));
  return errorValue;
}

/** The value of an expression that has to be an int; undefined after a diagnostic. */
export function wholeNumber(expression: Expression, context: Context, what: string): number | undefined {
  const value = evaluate(expression, context);
  if (value.kind === 'number' && value.integer) return value.value;
  if (value.kind !== 'error')
    fail(context, report.typeMismatch({ span: expression.span, what, expected: 'an int', found: describe(value) }));
  return undefined;
}

/** The values that a `for` goes through, at most `limits.turns`; undefined after a diagnostic. */
export function iterate(over: Expression, context: Context): readonly Value[] | undefined {
  const value = evaluate(over, context);
  if (value.kind === 'error') return undefined;
  if (value.kind !== 'list' && value.kind !== 'range') {
    fail(context, report.notIterable({ span: over.span, found: describe(value) }));
    return undefined;
  }
  const items = value.kind === 'list' ? value.elements : rangeElements(value);
  if (items.length <= limits.turns) return items;
  fail(context, report.limitReached({ span: over.span, what: `a loop of ${items.length} turns`, limit: limits.turns }));
  return undefined;
}

/** `groups[i]`, `f[j, i]` */
export function evaluateIndex(expression: Expression & { kind: 'index' }, context: Context): Value {
  const target = evaluate(expression.target, context);
  const indices = expression.indices.map((index) => wholeNumber(index, context, 'an index'));
  if (target.kind === 'error' || indices.includes(undefined)) return errorValue;
  if (target.kind === 'family') return memberOf(context, target, indices.join(','), expression.span);
  const [index] = indices;
  if ((target.kind !== 'list' && target.kind !== 'range') || indices.length !== 1 || index === undefined) {
    fail(context, report.notIndexable({ span: expression.span, found: describe(target) }));
    return errorValue;
  }
  const length = target.kind === 'list' ? target.elements.length : Math.max(0, target.to - target.from + 1);
  if (index < 1 || index > length) {
    fail(context, report.indexOutOfRange({ span: expression.span, index, length }));
    return errorValue;
  }
  return (target.kind === 'list' ? target.elements[index - 1] : undefined) ?? elementOfRange(target, index);
}

const elementOfRange = (target: Value, index: number): Value =>
  target.kind === 'range' ? { kind: 'number', value: target.from + index - 1, integer: true } : errorValue;

/** Members of a family that a message names. */
const shownMembers = 8;

function memberOf(context: Context, family: FamilyValue, key: string, span: Span): Value {
  const member = family.members.get(key);
  if (member) return member.value;
  const { size } = family.members;
  const shown: string[] = [];
  for (const index of family.members.keys()) {
    if (shown.length === shownMembers) break;
    shown.push(`\`${family.name}[${index}]\``);
  }
  if (size > shownMembers) shown.push(`and ${size - shownMembers} more`);
  const known = size === 0 ? 'no members yet' : shown.join(', ');
  fail(context, report.missingMember({ span, name: `${family.name}[${key}]`, family: family.name, known }));
  return errorValue;
}
