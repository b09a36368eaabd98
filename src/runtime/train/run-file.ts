import { dirname, isAbsolute, join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import type { Precision } from '../../compiler/3-lower/index.js';
import { didYouMean } from '../../compiler/diagnostics/did-you-mean.js';
import type { ParameterValue } from '../../compiler/ir/ir.js';
import { isParameterValue } from '../../compiler/ir/parameter-value.js';
import type { EngineName } from '../engines/engine.js';
import { compareNaturally, inputFailure } from '../files/index.js';
import { type DocumentPath, RunDocument } from './run-document.js';
import { runFileSchema } from './run-file-schema.js';

/** A run file: what to train on what, and where to write. Paths are as seen from the working directory. */
export interface RunFile {
  readonly path: string;
  readonly model: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly data: DataSection;
  readonly output: string;
  readonly engine: EngineName | 'auto';
  /** In which type convolutions are computed; weights, losses and moments are float32 in any case. */
  readonly precision: Precision;
  readonly threads: number | undefined;
  readonly seed: number;
  /** Overrides of the training of the model by name path: `{ batch: 8, patch: [48, 48], 'refinement.lambda': 0 }`. */
  readonly settings: Readonly<Record<string, ParameterValue>>;
  readonly samples: { readonly every: number; readonly count: number };
  readonly checkpoint: { readonly every: number };
  /** The place of a key or value, `run.yaml:3:9`, for messages about what only the model can judge. */
  readonly placeOf: (path: DocumentPath, part?: 'value' | 'key') => string;
}

/** What stands under `data:`; its roles are checked against the model by `openData`. */
export interface DataSection {
  readonly pair?: unknown;
  readonly validation?: Readonly<Record<string, unknown>>;
  readonly [role: string]: unknown;
}

const validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile<RawRunFile>(runFileSchema);

interface RawRunFile {
  readonly model: string;
  readonly parameters?: Record<string, unknown>;
  readonly data: DataSection;
  readonly output: string;
  readonly engine?: EngineName | 'auto';
  readonly precision?: Precision;
  readonly threads?: number;
  readonly seed?: number;
  readonly training?: Record<string, unknown>;
  readonly samples?: { readonly every?: number; readonly count?: number };
  readonly checkpoint?: { readonly every?: number };
}

/**
 * Reads and validates a run file.
 * @param overrides arguments of `--set`, applied in turn before validation.
 * @throws RuntimeFailure with one line per mistake, each with line and column or the argument it comes from.
 */
export async function readRunFile(path: string, overrides: readonly string[] = []): Promise<RunFile> {
  const document = await RunDocument.read(path);
  for (const argument of overrides) document.set(argument);
  const raw = document.content();
  if (!validate(raw)) {
    const mistakes = new Set((validate.errors ?? []).map((error) => describe(error, document)));
    throw inputFailure([...mistakes].sort(compareNaturally).join('\n'));
  }
  const relative = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  return {
    path,
    model: relative(raw.model),
    parameters: parametersOf(raw.parameters ?? {}, ['parameters'], document),
    data: raw.data,
    output: relative(raw.output),
    engine: raw.engine ?? 'auto',
    precision: raw.precision ?? 'float32',
    threads: raw.threads,
    seed: raw.seed ?? 1,
    settings: flatten(raw.training ?? {}, document),
    samples: { every: raw.samples?.every ?? 500, count: raw.samples?.count ?? 4 },
    checkpoint: { every: raw.checkpoint?.every ?? 200 },
    placeOf: (place, part) => document.placeOf(place, part),
  };
}

/** One mistake as `place: what is wrong. What to do.` */
function describe(error: ErrorObject, document: RunDocument): string {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path.length === 0 ? 'the run file' : path.join('.');
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    return `${document.placeOf([...path, key], 'key')}: ${unknownKey(key, name, Object.keys(error.parentSchema?.properties ?? {}))}`;
  }
  const place = document.placeOf(path);
  if (error.keyword === 'required') return `${place}: ${name} has no \`${error.params.missingProperty}:\`, which it needs.`;
  if (error.keyword === 'type')
    return `${place}: ${name} is ${kindOf(error.data)}; wanted is ${[error.params.type].flat().map(kindName).join(' or ')}.`;
  if (error.keyword === 'enum') {
    const choices: string[] = error.params.allowedValues;
    const [nearest] = didYouMean(String(error.data), choices);
    return `${place}: ${name} is '${String(error.data)}'; wanted is one of ${choices.join(', ')}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
  }
  if (error.keyword === 'minLength') return `${place}: ${name} is empty.`;
  return `${place}: ${name} is ${JSON.stringify(error.data)}; it ${error.message}.`;
}

/** Says that a key is unknown, with what was probably meant or what is known. */
export function unknownKey(key: string, parent: string, known: readonly string[]): string {
  const [nearest] = didYouMean(key, known);
  return `unknown key \`${key}\` in ${parent}. ${nearest === undefined ? `Known ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.` : `Did you mean \`${nearest}\`?`}`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value} ${JSON.stringify(value)}`;
}

function kindName(type: string): string {
  const names: Record<string, string> = { object: 'a mapping', array: 'a list', integer: 'a whole number', string: 'a text' };
  return names[type] ?? type;
}

function parametersOf(mapping: Record<string, unknown>, path: readonly string[], document: RunDocument): Record<string, ParameterValue> {
  for (const [key, value] of Object.entries(mapping)) {
    if (!isParameterValue(value))
      throw inputFailure(
        `${document.placeOf([...path, key])}: ${[...path, key].join('.')} is ${kindOf(value)}; wanted is a number, true, false, a text or a list of these.`,
      );
  }
  return mapping as Record<string, ParameterValue>;
}

/** Nested mappings become name paths: `refinement: { lambda: 0 }` is `refinement.lambda`. A patch is written `HEIGHTxWIDTH`, as one number, or as a list. */
function flatten(training: Record<string, unknown>, document: RunDocument): Record<string, ParameterValue> {
  const settings: Record<string, ParameterValue> = {};
  const visit = (mapping: Record<string, unknown>, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(mapping)) {
      const here = [...path, key];
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) visit(value as Record<string, unknown>, here);
      else if (here.join('.') === 'patch') settings.patch = patchOf(value, document);
      else settings[here.join('.')] = parametersOf({ [key]: value }, ['training', ...path], document)[key] as ParameterValue;
    }
  };
  visit(training, []);
  return settings;
}

function patchOf(value: unknown, document: RunDocument): [number, number] {
  const sides = typeof value === 'number' ? [value, value] : typeof value === 'string' ? value.split(/[x×]/).map(Number) : value;
  if (Array.isArray(sides) && sides.length === 2 && sides.every((side) => Number.isInteger(side) && side >= 1))
    return sides as [number, number];
  throw inputFailure(
    `${document.placeOf(['training', 'patch'])}: training.patch is ${kindOf(value)}; write it as HEIGHTxWIDTH in pixels, for example 48x48.`,
  );
}
