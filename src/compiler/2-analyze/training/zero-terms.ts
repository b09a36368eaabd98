import type { Expression } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';

/** Terms of a loss that are multiplied by a 0 that stands right there. A name with the value 0 is none: a run may override it. */
export function zeroTerms(loss: Expression): Span[] {
  if (loss.kind === 'unary') return zeroTerms(loss.operand);
  if (loss.kind !== 'binary') return [];
  const { operator, left, right } = loss;
  if (operator === '*' && (isZero(left) || isZero(right))) return [loss.span];
  return operator === '+' || operator === '-' || operator === '*' || operator === '/' ? [...zeroTerms(left), ...zeroTerms(right)] : [];
}

const isZero = (expression: Expression): boolean => expression.kind === 'number' && expression.value === 0;
