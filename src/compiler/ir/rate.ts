import type { RateExpression } from './ir.js';

/** The value of a rate expression in float64. @param step from 0, within the stage. @param epoch from 0. */
export const evaluateRate = (expression: RateExpression, step: number, epoch: number): number => {
  if (typeof expression === 'number') return expression;
  if ('variable' in expression) return expression.variable === 'step' ? step : epoch;
  const [first = 0, ...others] = expression.operands.map((operand) => evaluateRate(operand, step, epoch));
  const combine = (operation: (a: number, b: number) => number): number => others.reduce(operation, first);
  switch (expression.operator) {
    case '+':
      return combine((a, b) => a + b);
    case '-':
      return others.length === 0 ? -first : combine((a, b) => a - b);
    case '*':
      return combine((a, b) => a * b);
    case '/':
      return combine((a, b) => a / b);
    case '^':
      return combine((a, b) => a ** b);
    case 'min':
      return combine((a, b) => Math.min(a, b));
    case 'max':
      return combine((a, b) => Math.max(a, b));
    case 'floor':
      return Math.floor(first);
  }
};
