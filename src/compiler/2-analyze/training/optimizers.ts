import type { OptimizerSection } from '../../1-parse/ast.js';
import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { Adam, GradientSettings, RateExpression, Stage } from '../../ir/ir.js';
import { type Context, fail } from '../elaborate/context.js';
import { evaluate } from '../elaborate/evaluate.js';
import { describe, type Value } from '../elaborate/values.js';
import {
  foreignSections,
  foreignSettings,
  isOptimizerSection,
  type OptimizerSectionName,
  optimizerSectionNames,
  optimizerSections,
} from './optimizer-sections.js';
import { readSchedule } from './schedules.js';
import type { Settings } from './settings.js';

/** What the numbers have to be. Adam divides by 1 - beta^t, so a beta is below 1. */
const bounds = {
  beta1: { fits: (value: number) => value >= 0 && value < 1, expected: 'a number from 0 to below 1' },
  beta2: { fits: (value: number) => value >= 0 && value < 1, expected: 'a number from 0 to below 1' },
  epsilon: { fits: (value: number) => value >= 0 && value <= 1, expected: 'a number from 0 to 1' },
  weight_decay: { fits: (value: number) => value >= 0, expected: 'a number of at least 0 (0 turns it off)' },
  clip_value: { fits: (value: number) => value >= 0, expected: 'a number of at least 0 (0 turns it off)' },
  clip_norm: { fits: (value: number) => value >= 0, expected: 'a number of at least 0 (0 turns it off)' },
} as const;

type NumberSetting = keyof typeof bounds;

/** Settings as far as one section gives them, under their names in the source. */
export interface OptimizerSettings {
  readonly numbers: Readonly<Partial<Record<NumberSetting, number>>>;
  readonly rate?: RateExpression;
  /** Where the rate stands. */
  readonly rateSpan?: Span;
  readonly log_norm?: boolean;
  readonly decay?: RateExpression;
  readonly decaySpan?: Span;
}

type Draft = { -readonly [Key in keyof Omit<OptimizerSettings, 'numbers'>]: OptimizerSettings[Key] } & {
  readonly numbers: Partial<Record<NumberSetting, number>>;
};

/** Reads a section as the source has it. `prefix` is '' for the training and `stage.` for a stage. */
export function readOptimizer(section: OptimizerSection, prefix: string, settings: Settings, context: Context): OptimizerSettings {
  const { text, span } = section.name;
  if (!isOptimizerSection(text)) {
    const foreign = foreignSections[text];
    const candidates = foreign ? [foreign] : didYouMean(text, optimizerSectionNames);
    const hint = text === 'adamw' ? { hint: '`adam` with a `weight_decay` is AdamW' } : {};
    fail(context, report.unknownOptimizer({ span, name: text, candidates, ...hint }));
    // A rate of an optimizer that does not exist is not missing as well.
    return { numbers: {}, rate: 0 };
  }
  const result: Draft = { numbers: {} };
  for (const { name, value } of section.settings) {
    if (isOneOf(optimizerSections[text], name.text)) readSetting(result, text, name.text, value, { prefix, settings, context });
    else {
      const meant = reportUnknown(text, name.text, name.span, context);
      // A rate that is misspelt is not missing as well.
      if (meant.includes('rate')) result.rate ??= 0;
    }
  }
  return result;
}

type SettingName = (typeof optimizerSections)[OptimizerSectionName][number];

interface Reading {
  readonly prefix: string;
  readonly settings: Settings;
  readonly context: Context;
}

function readSetting(
  result: Draft,
  section: OptimizerSectionName,
  name: SettingName,
  expression: OptimizerSection['settings'][number]['value'],
  { prefix, settings, context }: Reading,
): void {
  const record = (value: Value | string): void => {
    if (section === 'adam') settings.recordBuiltIn(prefix, section, name, value);
    else settings.record(`${prefix}${section}.${name}`, value);
  };
  const { span } = expression;
  if (name === 'rate' || name === 'decay') {
    const what = name === 'rate' ? 'the learning rate' : 'the decay of the averages';
    const schedule = readSchedule(expression, what, record, context);
    if (name === 'rate') [result.rate, result.rateSpan] = [schedule, span];
    else [result.decay, result.decaySpan] = [schedule, span];
    return;
  }
  const given = evaluate(expression, context);
  record(given);
  if (given.kind === 'error') return;
  if (name === 'log_norm') {
    if (given.kind === 'boolean') result.log_norm = given.value;
    else fail(context, report.typeMismatch({ span, what: '`log_norm`', expected: 'true or false', found: describe(given) }));
    return;
  }
  const { fits, expected } = bounds[name];
  if (given.kind === 'number' && fits(given.value)) result.numbers[name] = given.value;
  else fail(context, report.typeMismatch({ span, what: `\`${name}\``, expected, found: describe(given) }));
}

/** @returns the names that may have been meant. */
function reportUnknown(section: OptimizerSectionName, name: string, span: Span, context: Context): readonly string[] {
  const known: readonly string[] = optimizerSections[section];
  const foreign = foreignSettings[section][name];
  const candidates = foreign === undefined ? didYouMean(name, known) : [foreign];
  const hint = name.includes('warmup') ? { hint: '`decay` may depend on the step: decay = min(0.999, (1 + step) / (10 + step))' } : {};
  const listed = known.map((setting) => `\`${setting}\``);
  const all = listed.length === 1 ? `${listed}` : `${listed.slice(0, -1).join(', ')} and ${listed.at(-1)}`;
  fail(context, report.unknownOptimizerSetting({ span, name, optimizer: section, known: all, candidates, ...hint }));
  return candidates;
}

const titles: Readonly<Record<OptimizerSectionName, string>> = {
  adam: 'an optimizer',
  gradients: 'a `gradients` section',
  ema: 'an `ema` section',
};

/** Reports the sections of a name after the first one of a training or a stage, `where`. */
export function checkOnlyOptimizer(sections: readonly OptimizerSection[], where: string, context: Context): void {
  const firsts = new Map<string, OptimizerSection>();
  for (const section of sections) {
    const { text, span } = section.name;
    const first = firsts.get(text);
    if (!first) firsts.set(text, section);
    else if (isOptimizerSection(text)) {
      const related = [{ message: 'the first one stands here', span: first.name.span }];
      fail(context, report.duplicateData({ span, what: `${titles[text]}${where}`, related }));
    }
  }
}

/** Settings from sections of falling precedence: the stage, the training. */
export function mergeSettings(sections: readonly OptimizerSettings[]): OptimizerSettings {
  const rising = [...sections].reverse();
  return { ...Object.assign({}, ...rising), numbers: Object.assign({}, ...rising.map(({ numbers }) => numbers)) };
}

/** Adam with its settings; undefined where they have no rate. */
export function adamFrom({ rate, numbers }: OptimizerSettings): Adam | undefined {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay: weightDecay = 0 } = numbers;
  return rate === undefined ? undefined : { kind: 'adam', rate, beta1, beta2, epsilon, ...(weightDecay > 0 && { weightDecay }) };
}

/** What is done to gradients; undefined where nothing is. */
export function gradientsFrom({ numbers, log_norm: logNorm = false }: OptimizerSettings): GradientSettings | undefined {
  const { clip_value: clipValue = 0, clip_norm: clipNorm = 0 } = numbers;
  if (clipValue === 0 && clipNorm === 0 && !logNorm) return undefined;
  return { ...(clipValue > 0 && { clipValue }), ...(clipNorm > 0 && { clipNorm }), ...(logNorm && { logNorm }) };
}

/** The moving averages of a stage; undefined where it keeps none. */
export function averagesFrom({ decay = 0 }: OptimizerSettings): Stage['ema'] {
  return decay === 0 ? undefined : { decay };
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T => (names as readonly string[]).includes(name);
