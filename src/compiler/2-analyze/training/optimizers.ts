import type { OptimizerSection } from '../../1-parse/ast.js';
import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { Adam, RateExpression } from '../../ir/ir.js';
import { type Context, fail } from '../elaborate/context.js';
import { Environment } from '../elaborate/environment.js';
import { evaluate } from '../elaborate/evaluate.js';
import { describe, type Value } from '../elaborate/values.js';
import { printRate } from './rate-text.js';
import type { Settings } from './settings.js';

/** What the numbers of Adam have to be. It divides by 1 - beta^t, so a beta is below 1. */
const bounds = {
  beta1: { fits: (value: number) => value >= 0 && value < 1, expected: 'a number from 0 to below 1' },
  beta2: { fits: (value: number) => value >= 0 && value < 1, expected: 'a number from 0 to below 1' },
  epsilon: { fits: (value: number) => value >= 0 && value <= 1, expected: 'a number from 0 to 1' },
} as const;

/** What other libraries call the settings. */
const foreignSettings: Readonly<Record<string, readonly string[]>> = { lr: ['rate'], learning_rate: ['rate'], eps: ['epsilon'] };

type NumberSetting = keyof typeof bounds;

type Draft = { -readonly [Key in keyof OptimizerSettings]: OptimizerSettings[Key] };

/** Settings of Adam as far as one section gives them. */
export interface OptimizerSettings {
  readonly rate?: RateExpression;
  /** Where the rate stands. */
  readonly rateSpan?: Span;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Reads an optimizer section as the source has it. `prefix` is '' for the training and `stage.` for a stage. */
export function readOptimizer(section: OptimizerSection, prefix: string, settings: Settings, context: Context): OptimizerSettings {
  if (section.name.text !== 'adam') {
    const { text, span } = section.name;
    fail(context, report.unknownOptimizer({ span, name: text, candidates: didYouMean(text, ['adam']) }));
    // A rate of an optimizer that does not exist is not missing as well.
    return { rate: 0 };
  }
  const result: Draft = {};
  for (const { name, value } of section.settings) {
    const record = (recorded: Value | string): void => settings.recordBuiltIn(prefix, 'adam', name.text, recorded);
    if (name.text === 'rate') {
      result.rate = rateFrom(evaluate(value, rateContext(context)), value.span, record, context);
      result.rateSpan = value.span;
    } else if (isNumberSetting(name.text)) {
      const given = evaluate(value, context);
      record(given);
      setNumber(result, name.text, given, value.span, context);
    } else {
      const candidates = foreignSettings[name.text] ?? didYouMean(name.text, ['rate', ...Object.keys(bounds)]);
      // A rate that is misspelt is not missing as well.
      if (candidates.includes('rate')) result.rate ??= 0;
      fail(context, report.unknownOptimizerSetting({ span: name.span, name: name.text, optimizer: 'adam', candidates }));
    }
  }
  return result;
}

/** Reports the sections after the first one of a training or a stage, `where`. */
export function checkOnlyOptimizer(sections: readonly OptimizerSection[], where: string, context: Context): void {
  const [first, ...others] = sections;
  for (const { name } of others) {
    const related = first ? [{ message: 'the first one stands here', span: first.name.span }] : [];
    fail(context, report.duplicateData({ span: name.span, what: `an optimizer${where}`, related }));
  }
}

/** Settings from sections of falling precedence: the stage, the training. */
export const mergeSettings = (sections: readonly OptimizerSettings[]): OptimizerSettings => Object.assign({}, ...[...sections].reverse());

/** Adam with its settings; undefined where they have no rate. */
export function adamFrom({ rate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: OptimizerSettings): Adam | undefined {
  return rate === undefined ? undefined : { kind: 'adam', rate, beta1, beta2, epsilon };
}

const isNumberSetting = (name: string): name is NumberSetting => Object.hasOwn(bounds, name);

function rateContext(context: Context): Context {
  const environment = new Environment(context.environment);
  environment.define('step', { kind: 'rate', expression: { variable: 'step' } });
  environment.define('epoch', { kind: 'rate', expression: { variable: 'epoch' } });
  return { ...context, environment, builder: undefined };
}

function rateFrom(value: Value, span: Span, record: (value: Value | string) => void, context: Context): RateExpression {
  if (value.kind === 'rate') {
    record(printRate(value.expression));
    return value.expression;
  }
  if (value.kind === 'number') {
    record(value);
    if (value.value >= 0) return value.value;
    const expected = 'a number of at least 0';
    fail(context, report.typeMismatch({ span, what: 'the learning rate', expected, found: describe(value) }));
  } else if (value.kind !== 'error') {
    fail(
      context,
      report.typeMismatch({
        span,
        what: 'the learning rate',
        expected: 'a number or an expression in `step` and `epoch`',
        found: describe(value),
      }),
    );
  }
  return 0;
}

function setNumber(result: Draft, name: NumberSetting, value: Value, span: Span, context: Context): void {
  if (value.kind === 'error') return;
  const { fits, expected } = bounds[name];
  if (value.kind === 'number' && fits(value.value)) result[name] = value.value;
  else fail(context, report.typeMismatch({ span, what: `\`${name}\``, expected, found: describe(value) }));
}
