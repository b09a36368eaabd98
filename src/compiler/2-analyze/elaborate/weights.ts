import type { StatisticStatement, WeightStatement } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import type { Initializer, Weight } from '../../ir/ir.js';
import { limits } from '../../limits.js';
import { type Context, fail } from './context.js';
import { evaluate } from './evaluate.js';
import { wholeNumber } from './lists.js';
import { describe, type InitializerValue } from './values.js';

/** `weight kernel: [size, size, C, filters] = kaiming_uniform()`; 'none' where it starts as `none()`, undefined after a diagnostic. */
export function weightOf(statement: WeightStatement | StatisticStatement, context: Context): Weight | 'none' | undefined {
  const name = statement.name.text;
  const shape: number[] = [];
  if (statement.dimensions.length > limits.axes) {
    const what = `${statement.dimensions.length} axes of the weight \`${name}\``;
    fail(context, report.limitReached({ span: statement.span, what, limit: limits.axes }));
    return undefined;
  }
  for (const expression of statement.dimensions) {
    const dimension = wholeNumber(expression, context, `a dimension of the ${statement.kind} \`${name}\``);
    if (dimension === undefined) return undefined;
    if (dimension < 1 || dimension > limits.parameters) {
      const what = `a dimension of the ${statement.kind} \`${name}\``;
      fail(context, report.valueOutOfRange({ span: expression.span, what, value: dimension, low: 1, high: limits.parameters }));
      return undefined;
    }
    shape.push(dimension);
  }
  const value = evaluate(statement.initializer, context);
  if (value.kind !== 'initializer') {
    if (value.kind !== 'error') {
      const hint = 'for example `zeros()` or `kaiming_uniform()`';
      const what = `the start of the ${statement.kind} \`${name}\``;
      fail(
        context,
        report.typeMismatch({ span: statement.initializer.span, what, expected: 'an initializer', found: describe(value), hint }),
      );
    }
    return undefined;
  }
  if (value.initializer === 'none') return 'none';
  const count = shape.reduce((a, b) => a * b, 1);
  if (count > limits.parameters) {
    fail(context, report.tooManyParameters({ span: statement.span, name, count: String(count), limit: String(limits.parameters) }));
    return undefined;
  }
  const isStatistic = statement.kind === 'statistic';
  return {
    name,
    value: name,
    shape,
    initializer: initializerFor(shape, value.initializer, value),
    ...(isStatistic && { statistic: true }),
    span: statement.span,
  };
}

/**
 * The initializer with its fans. For a filter [h, w, in, out] the fan-in is h * w * in and the fan-out h * w * out, for a matrix [in, out]
 * they are in and out, as Keras counts them; an initializer may say other numbers.
 */
function initializerFor(shape: readonly number[], kind: Initializer['kind'], value: InitializerValue): Initializer {
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const last = shape.at(-1) ?? 1;
  const fanIn = value.fanIn ?? field * (shape.at(-2) ?? last);
  const fanOut = value.fanOut ?? field * last;
  return { kind, ...(value.value === undefined ? {} : { value: value.value }), fanIn, fanOut };
}
