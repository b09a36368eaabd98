import type { RateExpression } from '../../ir/ir.js';

const precedences: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '^': 3 };

/** A rate expression as source text: `0.0005 * 0.9 ^ (step / 6000)`. */
export function printRate(rate: RateExpression, around = 0): string {
  if (typeof rate === 'number') return String(rate);
  if ('variable' in rate) return rate.variable;
  const precedence = precedences[rate.operator];
  if (precedence === undefined) return `${rate.operator}(${rate.operands.map((operand) => printRate(operand)).join(', ')})`;
  const [left, right] = rate.operands.map((operand, i) => printRate(operand, precedence + (i === 1 || rate.operator === '^' ? 1 : 0)));
  const text = `${left} ${rate.operator} ${right}`;
  return precedence < around ? `(${text})` : text;
}
