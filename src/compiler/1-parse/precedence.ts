import type { Span } from '../diagnostics/index.js';
import type { BinaryOperator, Expression } from './ast.js';

/** An operator of a flat sequence with its place. */
export interface Operator {
  readonly text: string;
  readonly span: Span;
  readonly isPrefix: boolean;
}

/** Called for `a < b < c`: the second operator. */
export type ChainedComparison = (operator: Operator) => void;

interface Strength {
  readonly left: number;
  readonly right: number;
}

// Higher binds stronger; an operator whose right side is weaker than its left one associates to the right.
const infix: Readonly<Record<string, Strength>> = {
  or: { left: 1, right: 1 },
  and: { left: 2, right: 2 },
  '==': { left: 4, right: 4 },
  '!=': { left: 4, right: 4 },
  '<': { left: 4, right: 4 },
  '<=': { left: 4, right: 4 },
  '>': { left: 4, right: 4 },
  '>=': { left: 4, right: 4 },
  '..': { left: 5, right: 5 },
  '..<': { left: 5, right: 5 },
  '+': { left: 6, right: 6 },
  '-': { left: 6, right: 6 },
  '*': { left: 7, right: 7 },
  '/': { left: 7, right: 7 },
  '%': { left: 7, right: 7 },
  '^': { left: 10, right: 9 },
};
const prefix: Readonly<Record<string, number>> = { not: 3, '-': 8 };
const comparisonStrength = 4;

/**
 * Gives a flat sequence of operands and operators its tree (Dijkstra's shunting yard, without recursion, so length is no matter).
 * From weak to strong: or, and, not, comparisons (not chainable), ranges, + -, * / %, unary -, ^ (right associative). So -2 ^ 2 is -(2 ^ 2) and 2 ^ -1 is 2 ^ (-1).
 */
export function resolvePrecedence(
  sequence: readonly (Expression | Operator)[],
  onChainedComparison: ChainedComparison,
): Expression | undefined {
  const operands: Expression[] = [];
  const operators: Operator[] = [];
  const reduce = (): void => {
    const operator = operators.pop();
    const right = operands.pop();
    if (!operator || !right) return;
    if (operator.isPrefix) {
      operands.push(unary(operator, right));
      return;
    }
    const left = operands.pop();
    if (left) operands.push(binary(operator, left, right));
  };
  for (const item of sequence) {
    if ('kind' in item) {
      operands.push(item);
      continue;
    }
    if (!item.isPrefix) {
      const strength = infix[item.text]?.left ?? 0;
      for (let top = operators.at(-1); top && rightStrength(top) >= strength; top = operators.at(-1)) {
        const isChained = strength === comparisonStrength && !top.isPrefix && infix[top.text]?.left === comparisonStrength;
        if (isChained) onChainedComparison(item);
        reduce();
        // What the chain would compare means nothing, so that nothing more is said of it.
        const left = isChained ? operands.pop() : undefined;
        if (left) operands.push({ kind: 'error', span: left.span });
      }
    }
    operators.push(item);
  }
  while (operators.length > 0) reduce();
  return operands[0];
}

function rightStrength(operator: Operator): number {
  return (operator.isPrefix ? prefix[operator.text] : infix[operator.text]?.right) ?? 0;
}

function unary(operator: Operator, operand: Expression): Expression {
  const span = { ...operator.span, end: operand.span.end };
  return { kind: 'unary', operator: operator.text === 'not' ? 'not' : '-', operand, span };
}

function binary(operator: Operator, left: Expression, right: Expression): Expression {
  const span = { ...left.span, end: right.span.end };
  if (operator.text === '..' || operator.text === '..<')
    return { kind: 'range', from: left, to: right, exclusive: operator.text === '..<', span };
  return { kind: 'binary', operator: operator.text as BinaryOperator, left, right, span };
}
