import { builders } from 'prettier/doc';
import type { Argument, Expression, ListElement, Name, PipeStage } from '../ast.js';
import { printList } from './brackets.js';
import type { Doc, SourceCursor } from './source-cursor.js';

const { group, indent, line, softline } = builders;

/** Most characters of tokens before the parentheses that end an expression, for these to be broken rather than the operators before them. */
const hugLimit = 40;

type Operation = Extract<Expression, { kind: 'binary' }>;

interface Placement {
  /** Whether the expression starts a line when it is broken: its further lines are then not indented. */
  readonly ownLine?: boolean;
}

/** An expression that ends at a word or bracket of its surroundings: parentheses around the whole of it say nothing and go. */
export function printValue(cursor: SourceCursor, expression: Expression, placement: Placement = {}): Doc {
  return printParenthesized(cursor, expression, () => false, placement);
}

/** An operand: parentheses around operators stay, whether they are needed or only help the reader. */
function printOperand(cursor: SourceCursor, expression: Expression): Doc {
  return printParenthesized(cursor, expression, hasOperator);
}

/** What is called, indexed, applied or asked for a member. The parentheses around a number keep `.` out of it. */
function printTarget(cursor: SourceCursor, expression: Expression): Doc {
  return printParenthesized(cursor, expression, (target) => target.kind === 'number' || hasOperator(target));
}

function hasOperator({ kind }: Expression): boolean {
  return kind === 'binary' || kind === 'unary' || kind === 'range' || kind === 'if' || kind === 'pipe';
}

function printParenthesized(
  cursor: SourceCursor,
  expression: Expression,
  keeps: (expression: Expression) => boolean,
  placement: Placement = {},
): Doc {
  const pairs = cursor.parenthesesAround(expression.span);
  if (pairs === 0) return printInner(cursor, expression, placement);
  const kept = keeps(expression) ? 1 : 0;
  const before = Array.from({ length: pairs - kept }, () => cursor.skip('('));
  const content = kept === 1 ? printInParentheses(cursor, expression) : printInner(cursor, expression, placement);
  return [before, content, Array.from({ length: pairs - kept }, () => cursor.skip(')'))];
}

function printInParentheses(cursor: SourceCursor, expression: Expression): Doc {
  const opening = cursor.take('(');
  const content = [cursor.line(softline), printInner(cursor, expression, { ownLine: true })];
  const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: false });
  return group([opening, indent([content, comments]), cursor.line(softline), cursor.take(')')]);
}

function printInner(cursor: SourceCursor, expression: Expression, placement: Placement): Doc {
  switch (expression.kind) {
    case 'number':
      return cursor.takeLiteral((image) => image.toLowerCase());
    case 'string':
    case 'boolean':
      return cursor.takeLiteral();
    case 'name':
      return cursor.take(expression.name.text);
    case 'index':
      return [printTarget(cursor, expression.target), printIndices(cursor, expression.indices)];
    case 'member':
      return [printTarget(cursor, expression.target), cursor.take('.'), cursor.take(expression.name.text)];
    case 'call':
      return [printTarget(cursor, expression.callee), printArguments(cursor, expression.arguments)];
    case 'list':
      return printList(cursor, ['[', ']'], expression.elements, (element) => printElement(cursor, element), {
        filled: expression.elements.every(isNumber),
        hugs: isInnerList(expression.elements[0]),
      });
    case 'range':
      return printRange(cursor, expression);
    case 'unary':
      return [cursor.take(expression.operator), expression.operator === 'not' ? ' ' : '', printOperand(cursor, expression.operand)];
    case 'binary':
      return printOperation(cursor, expression, placement);
    case 'if':
      return printConditional(cursor, expression, placement);
    case 'pipe':
      return printPipe(cursor, expression, placement);
    case 'error':
      throw new Error('a source with errors is not printed');
  }
}

export function printIndices(cursor: SourceCursor, indices: readonly Expression[]): Doc {
  return printList(cursor, ['[', ']'], indices, (index) => printValue(cursor, index));
}

function printArguments(cursor: SourceCursor, given: readonly Argument[]): Doc {
  const print = ({ name, value }: Argument): Doc => {
    if (name === undefined) return printValue(cursor, value, { ownLine: given.length === 1 });
    return [cursor.take(name.text), cursor.take(':'), ' ', printValue(cursor, value)];
  };
  const [only] = given;
  return printList(cursor, ['(', ')'], given, print, { hugs: only?.name === undefined && only?.value.kind === 'list' });
}

// ---- Lists and ranges --------------------------------------------------------------------------------------------------

function isNumber(element: ListElement): boolean {
  if (element.kind !== 'element') return false;
  const { value } = element;
  return value.kind === 'number' || (value.kind === 'unary' && value.operand.kind === 'number');
}

function isInnerList(element: ListElement | undefined): boolean {
  return element?.kind === 'element' && element.value.kind === 'list';
}

export function printElement(cursor: SourceCursor, element: ListElement): Doc {
  if (element.kind === 'element') return printValue(cursor, element.value);
  const { variable, over, body } = element;
  const head = [cursor.take('for'), ' ', cursor.take(variable.text), ' ', cursor.take('in'), ' ', printValue(cursor, over)];
  return group([head, cursor.take(':'), indent([cursor.line(line), printElement(cursor, body)])]);
}

/** `1..n`, and `1 .. n - 1` where a side has operators. */
function printRange(cursor: SourceCursor, { from, to, exclusive }: Extract<Expression, { kind: 'range' }>): Doc {
  const isOpen = (side: Expression) => hasOperator(side) && cursor.parenthesesAround(side.span) === 0;
  const space = isOpen(from) || isOpen(to) ? ' ' : '';
  return [printOperand(cursor, from), space, cursor.take(exclusive ? '..<' : '..'), space, printOperand(cursor, to)];
}

// ---- Operations --------------------------------------------------------------------------------------------------------

const additive: readonly string[] = ['+', '-'];
const multiplicative: readonly string[] = ['*', '/', '%'];

/** Whether `a outer (b inner c)` reads as one chain of equal operators. */
function chains(outer: string, inner: string): boolean {
  if (outer === 'and' || outer === 'or') return inner === outer;
  return [additive, multiplicative].some((level) => level.includes(outer) && level.includes(inner));
}

/** Operands and operators of a chain of equally strong operators, `a + b - c`. */
function chainOf(cursor: SourceCursor, operation: Operation): { readonly first: Expression; readonly rest: readonly Operation[] } {
  const rest = [operation];
  let first = operation.left;
  while (first.kind === 'binary' && chains(operation.operator, first.operator) && cursor.parenthesesAround(first.span) === 0) {
    rest.unshift(first);
    first = first.left;
  }
  return { first, rest };
}

/** Whether an expression ends in parentheses around a pipe or conditional, behind little else: then it is these that are broken, `x + (` at the end of a line. */
export function hugsItsEnd(cursor: SourceCursor, expression: Expression): boolean {
  if (expression.kind !== 'binary') return false;
  const { left, right } = expression;
  if ((right.kind !== 'pipe' && right.kind !== 'if') || cursor.parenthesesAround(right.span) === 0) return false;
  return cursor.lengthOf(left.span.start, right.span.start) <= hugLimit;
}

function printOperation(cursor: SourceCursor, operation: Operation, { ownLine = false }: Placement): Doc {
  const { first, rest } = chainOf(cursor, operation);
  const hugs = hugsItsEnd(cursor, operation);
  const start = printOperand(cursor, first);
  const following = rest.map(({ operator, right }): Doc => {
    const separator = hugs ? ' ' : cursor.line(line);
    return [separator, cursor.take(operator), ' ', printOperand(cursor, right)];
  });
  return group([start, ownLine || hugs ? following : indent(following)]);
}

/** On one line, or a line for each of `if ... then ...`, `else if ... then ...` and `else ...`; an `else (if ...)` loses its parentheses. */
function printConditional(cursor: SourceCursor, conditional: Extract<Expression, { kind: 'if' }>, { ownLine = false }: Placement): Doc {
  const printBranch = (value: Expression): Doc => group(indent([cursor.line(line), printValue(cursor, value, { ownLine: true })]));
  const printHead = ({ condition, then }: Extract<Expression, { kind: 'if' }>): Doc => {
    const head = [cursor.take('if'), ' ', printValue(cursor, condition), ' ', cursor.take('then')];
    return [head, printBranch(then)];
  };
  const first = printHead(conditional);
  const following: Doc[] = [];
  let otherwise = conditional.else;
  let pairs = 0;
  for (; otherwise.kind === 'if'; otherwise = otherwise.else) {
    following.push(cursor.line(line), cursor.take('else'), ' ');
    for (let inner = cursor.parenthesesAround(otherwise.span); inner > 0; inner--, pairs++) following.push(cursor.skip('('));
    following.push(printHead(otherwise));
  }
  following.push(cursor.line(line), cursor.take('else'), printBranch(otherwise));
  for (; pairs > 0; pairs--) following.push(cursor.skip(')'));
  return group([first, ownLine ? following : indent(following)]);
}

// ---- Pipes -------------------------------------------------------------------------------------------------------------

/** On one line, or with each `|>` at the start of a line: where it does not fit, or where the source has the first `|>` there. */
function printPipe(cursor: SourceCursor, pipe: Extract<Expression, { kind: 'pipe' }>, { ownLine = false }: Placement): Doc {
  const stages = [pipe.stage];
  let { input } = pipe;
  while (input.kind === 'pipe' && cursor.parenthesesAround(input.span) === 0) {
    stages.unshift(input.stage);
    input = input.input;
  }
  const start = printOperand(cursor, input);
  const isBroken = cursor.startsLine();
  const following = printLinks(cursor, stages);
  return group([start, ownLine ? following : indent(following)], { shouldBreak: isBroken });
}

/** Stages with `|>` before each. */
export function printLinks(cursor: SourceCursor, stages: readonly PipeStage[]): Doc[] {
  return stages.map((stage) => [cursor.line(line), cursor.take('|>'), ' ', printStage(cursor, stage)]);
}

function printStage(cursor: SourceCursor, stage: PipeStage): Doc {
  if (stage.kind === 'apply') return [printTarget(cursor, stage.callee), printLabel(cursor, stage.label)];
  const { count, label, body } = stage;
  const head = [
    cursor.take('repeat'),
    printList(cursor, ['(', ')'], [count], (value) => printValue(cursor, value), { trailingComma: false }),
  ];
  const [first, ...others] = body;
  const opening = [printLabel(cursor, label), ' ', cursor.take('{')];
  const start = [cursor.line(line), first === undefined ? '' : printStage(cursor, first)];
  const isBroken = others.length > 0 && cursor.startsLine();
  const following = printLinks(cursor, others);
  const comments = cursor.commentsAtEnd({ isFirst: false, keepsBlankLines: false });
  const contents = [opening, indent([start, following, comments]), cursor.line(line), cursor.take('}')];
  return [head, group(contents, { shouldBreak: isBroken })];
}

function printLabel(cursor: SourceCursor, label: Name | undefined): Doc {
  return label === undefined ? '' : [' ', cursor.take('as'), ' ', cursor.take(label.text)];
}
