import type { Expression } from '../../1-parse/ast.js';
import { report, type Span } from '../../diagnostics/index.js';
import type { RateExpression, Stage } from '../../ir/ir.js';
import { evaluateRate } from '../../ir/rate.js';
import { type Context, fail } from '../elaborate/context.js';
import { Environment } from '../elaborate/environment.js';
import { evaluate } from '../elaborate/evaluate.js';
import { describe, type Value } from '../elaborate/values.js';
import { printRate } from './rate-text.js';

/** The first steps of a stage are looked at one by one, as many more are spread evenly over the rest. */
const samples = 1000;
/** Adam moves a weight by about the rate in each step; weights are smaller than this. */
const largestRate = 1;

/**
 * A number of at least 0 that may depend on `step` and `epoch`.
 * @param what how messages call it. @param record remembers it as a setting.
 */
export function readSchedule(
  expression: Expression,
  what: string,
  record: (value: Value | string) => void,
  context: Context,
): RateExpression {
  const environment = new Environment(context.environment);
  environment.define('step', { kind: 'rate', expression: { variable: 'step' } });
  environment.define('epoch', { kind: 'rate', expression: { variable: 'epoch' } });
  const value = evaluate(expression, { ...context, environment, builder: undefined });
  const { span } = expression;
  if (value.kind === 'rate') {
    record(printRate(value.expression));
    return value.expression;
  }
  if (value.kind === 'number') {
    record(value);
    if (value.value >= 0) return value.value;
    fail(context, report.typeMismatch({ span, what, expected: 'a number of at least 0', found: describe(value) }));
  } else if (value.kind !== 'error') {
    const expected = 'a number or an expression in `step` and `epoch`';
    fail(context, report.typeMismatch({ span, what, expected, found: describe(value) }));
  }
  return 0;
}

/**
 * Checks that the learning rate is a number of at least 0 at the steps of a stage, and warns where it grows beyond any use. How many steps an epoch has
 * depends on the data; here it is one, as every epoch has that.
 */
export function checkRate(rate: RateExpression, duration: Stage['duration'], stage: string, span: Span, context: Context): void {
  const start = evaluateRate(rate, 0, 0);
  for (const { value, ...at } of valuesOf(rate, duration)) {
    const place = { span, value: shortened(value), ...at, stage };
    if (!Number.isFinite(value) || value < 0) {
      fail(context, report.invalidRate(place));
      return;
    }
    if (value > largestRate && value > start) {
      fail(context, report.growingRate(place));
      return;
    }
  }
}

/** Checks that the decay of moving averages is at least 0 and below 1 at the steps of a stage: at 1 an average never changes. */
export function checkDecay(decay: RateExpression, duration: Stage['duration'], stage: string, span: Span, context: Context): void {
  for (const { value, ...at } of valuesOf(decay, duration)) {
    if (value >= 0 && value < 1) continue;
    fail(context, report.invalidDecay({ span, value: shortened(value), ...at, stage }));
    return;
  }
}

const shortened = (value: number): string => String(Number(value.toPrecision(4)));

/** The values of a schedule at the steps of a stage that are looked at. */
function* valuesOf(schedule: RateExpression, duration: Stage['duration']) {
  const inEpochs = 'epochs' in duration;
  const last = (inEpochs ? duration.epochs : duration.steps) - 1;
  for (const step of stepsToLookAt(last)) {
    const epoch = inEpochs ? step : 0;
    yield { step, epoch, value: evaluateRate(schedule, step, epoch) };
  }
}

function stepsToLookAt(last: number): number[] {
  if (last < 0) return [];
  const consecutive = Math.min(last + 1, samples);
  const spread =
    last < samples ? [] : Array.from({ length: samples }, (_, i) => Math.round(samples + ((last - samples) * (i + 1)) / samples));
  return [...Array.from({ length: consecutive }, (_, i) => i), ...spread];
}
