import { report, type Span } from '../../diagnostics/index.js';
import type { RateExpression, Stage } from '../../ir/ir.js';
import { evaluateRate } from '../../ir/rate.js';
import { type Context, fail } from '../elaborate/context.js';

/** The first steps of a stage are looked at one by one, as many more are spread evenly over the rest. */
const samples = 1000;
/** Adam moves a weight by about the rate in each step; weights are smaller than this. */
const largestRate = 1;

/**
 * Checks that the learning rate is a number of at least 0 at the steps of a stage, and warns where it grows beyond any use. How many steps an epoch has
 * depends on the data; here it is one, as every epoch has that.
 */
export function checkRate(rate: RateExpression, duration: Stage['duration'], stage: string, span: Span, context: Context): void {
  const inEpochs = 'epochs' in duration;
  const last = (inEpochs ? duration.epochs : duration.steps) - 1;
  const start = evaluateRate(rate, 0, 0);
  for (const step of stepsToLookAt(last)) {
    const epoch = inEpochs ? step : 0;
    const value = evaluateRate(rate, step, epoch);
    const at = { span, value: String(Number(value.toPrecision(4))), step, epoch, stage };
    if (!Number.isFinite(value) || value < 0) {
      fail(context, report.invalidRate(at));
      return;
    }
    if (value > largestRate && value > start) {
      fail(context, report.growingRate(at));
      return;
    }
  }
}

function stepsToLookAt(last: number): number[] {
  if (last < 0) return [];
  const consecutive = Math.min(last + 1, samples);
  const spread =
    last < samples ? [] : Array.from({ length: samples }, (_, i) => Math.round(samples + ((last - samples) * (i + 1)) / samples));
  return [...Array.from({ length: consecutive }, (_, i) => i), ...spread];
}
