import type { DataSection, TrainingDeclaration } from '../../1-parse/ast.js';
import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { Stream, Training } from '../../ir/ir.js';
import { type Context, fail } from '../elaborate/context.js';
import { evaluate } from '../elaborate/evaluate.js';
import { describe, errorValue, list, type Value } from '../elaborate/values.js';
import type { Settings } from './settings.js';

const augmentationNames = ['flip', 'scale'] as const;

/** What a training's data section says, and where it says the size of a patch. */
export interface TrainingData extends Pick<Training, 'streams' | 'patch' | 'batch' | 'augmentations'> {
  readonly patchSpan: Span;
}

/** Reads the data section of a training; undefined after a diagnostic. */
export function readData(training: TrainingDeclaration, settings: Settings, context: Context): TrainingData | undefined {
  const [section, second] = training.items.filter((item): item is DataSection => item.kind === 'data');
  if (!section) {
    fail(context, report.incompleteData({ span: training.model.span, missing: 'what data it needs' }));
    settings.allow('batch');
    settings.allow('patch');
    return undefined;
  }
  if (second) {
    const related = [{ message: 'the first one stands here', span: section.span }];
    fail(context, report.duplicateData({ span: second.span, what: 'a data section', related }));
  }
  const streams = section.streams.map(({ kind, names }): Stream => ({ kind, names: names.map((name) => name.text) }));
  if (streams.length === 0) fail(context, report.incompleteData({ span: section.span, missing: 'which streams of pictures it reads' }));
  const patch = readPatch(section, settings, context);
  const batch = readBatch(section, settings, context);
  const augmentations = section.augmentations.flatMap(({ text, span }) => {
    const known = augmentationNames.find((name) => name === text);
    if (!known) fail(context, report.unknownAugmentation({ span, name: text, candidates: didYouMean(text, augmentationNames) }));
    return known ? [known] : [];
  });
  if (!patch || batch === undefined || streams.length === 0) return undefined;
  return { streams, patch, batch, augmentations, patchSpan: section.patch?.span ?? section.span };
}

function readPatch(section: DataSection, settings: Settings, context: Context): readonly [number, number] | undefined {
  settings.allow('patch');
  if (!section.patch) {
    fail(context, report.incompleteData({ span: section.span, missing: 'the size of a patch' }));
    return undefined;
  }
  const { height, width, span } = section.patch;
  const elements = [evaluate(height, context), evaluate(width, context)];
  const value = settings.resolve(context, 'patch', elements.some(({ kind }) => kind === 'error') ? errorValue : list(elements), span);
  if (value.kind !== 'list') return undefined;
  const sizes = value.elements.map((element) => positiveInt(element, 'the size of a patch', span, context));
  const [first, second] = sizes;
  if (first !== undefined && second !== undefined && sizes.length === 2) return [first, second];
  if (sizes.length !== 2) {
    fail(context, report.invalidOverride({ span, name: 'patch', expected: 'a list of a height and a width', found: describe(value) }));
  }
  return undefined;
}

function readBatch(section: DataSection, settings: Settings, context: Context): number | undefined {
  settings.allow('batch');
  if (!section.batch) {
    fail(context, report.incompleteData({ span: section.span, missing: 'the size of a batch' }));
    return undefined;
  }
  const { value, span } = section.batch;
  return positiveInt(settings.resolve(context, 'batch', evaluate(value, context), span), 'the size of a batch', span, context);
}

function positiveInt(value: Value, what: string, span: Span, context: Context): number | undefined {
  if (value.kind === 'error') return undefined;
  if (value.kind !== 'number' || !value.integer) {
    fail(context, report.typeMismatch({ span, what, expected: 'an int', found: describe(value) }));
    return undefined;
  }
  if (value.value >= 1 && value.value <= 65_536) return value.value;
  fail(context, report.valueOutOfRange({ span, what, value: value.value, low: 1, high: 65_536 }));
  return undefined;
}
