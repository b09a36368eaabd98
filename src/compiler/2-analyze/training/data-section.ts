import type { DataSection, TrainingDeclaration } from '../../1-parse/ast.js';
import { didYouMean, report, type Span } from '../../diagnostics/index.js';
import type { Stream, Training } from '../../ir/ir.js';
import { type Context, fail } from '../elaborate/context.js';
import { evaluate } from '../elaborate/evaluate.js';
import { describe, type Value } from '../elaborate/values.js';
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
  if (!section.patch) {
    fail(context, report.incompleteData({ span: section.span, missing: 'the size of a patch' }));
    return undefined;
  }
  const sizes = [section.patch.height, section.patch.width].map((side) =>
    positiveInt(evaluate(side, context), 'the size of a patch', side.span, context),
  );
  const [height, width] = sizes;
  if (height === undefined || width === undefined) return undefined;
  settings.recordBuiltIn('', 'data', 'patch', [height, width]);
  return [height, width];
}

function readBatch(section: DataSection, settings: Settings, context: Context): number | undefined {
  if (!section.batch) {
    fail(context, report.incompleteData({ span: section.span, missing: 'the size of a batch' }));
    return undefined;
  }
  const { value } = section.batch;
  const batch = positiveInt(evaluate(value, context), 'the size of a batch', value.span, context);
  if (batch !== undefined) settings.recordBuiltIn('', 'data', 'batch', batch);
  return batch;
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
