import { dirname, isAbsolute, join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import type { OverrideSource } from '../../../compiler/2-analyze/variants/overrides.js';
import { parseReference } from '../../../compiler/2-analyze/variants/reference.js';
import type { Precision } from '../../../compiler/3-lower/index.js';
import { didYouMean } from '../../../compiler/diagnostics/did-you-mean.js';
import type { LoaderSettings } from '../../data/index.js';
import type { EngineName } from '../../engines/engine.js';
import { compareNaturally, inputFailure, parseByteSize } from '../../files/index.js';
import { type DocumentPath, RunDocument } from './run-document.js';
import { runFileSchema } from './run-file-schema.js';
import { kindOf, overridesOfArguments, overridesOfDocument } from './run-overrides.js';

/** A run file: what to train on what, and where to write. Paths are as seen from the working directory. */
export interface RunFile {
  readonly path: string;
  /** Path of the model, `FILE` or `FILE#VARIANT`. */
  readonly model: string;
  readonly data: DataSection;
  readonly output: string;
  readonly engine: EngineName | 'auto';
  /** In which type convolutions are computed; weights, losses and moments are float32 in any case. */
  readonly precision: Precision;
  readonly threads: number | undefined;
  readonly seed: number;
  /** Weights that all stages start from; undefined for those that are drawn from the seed. */
  readonly weights: StartWeightsSource | undefined;
  /** What the run file gives the model's parameters and settings, then what `--set` gives them. */
  readonly overrides: readonly OverrideSource[];
  /** How pictures are loaded, where the run file says it. */
  readonly loader: LoaderSettings;
  readonly samples: { readonly every: number; readonly count: number };
  readonly checkpoint: { readonly every: number; readonly keep: number };
  /** Steps between two measurements of the pairs held out, and the metric whose mean decides which weights are the best. */
  readonly validation: { readonly every: number; readonly best: 'psnr' | 'ssim' };
  /** The place of a key or value, `run.yaml:3:9`, for messages about what only the model can judge. */
  readonly placeOf: (path: DocumentPath, part?: 'value' | 'key') => string;
}

/** Where the weights come from that a run starts from, as the run file says it. Paths are as seen from the working directory. */
export interface StartWeightsSource {
  readonly file: string;
  /** Name map; by default the one beside the model, where the weights are not under its names. */
  readonly map: string | undefined;
  /** What the SHA-256 of the weights has to be; undefined where any will do. */
  readonly sha256: string | undefined;
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
  readonly parameters?: Record<string, unknown> | null;
  readonly data: DataSection;
  readonly output: string;
  readonly engine?: EngineName | 'auto';
  readonly precision?: Precision;
  readonly threads?: number;
  readonly seed?: number;
  readonly weights?: string | { readonly file: string; readonly map?: string; readonly sha256?: string };
  readonly training?: Record<string, unknown> | null;
  readonly loader?: { readonly workers?: number; readonly prefetch?: number; readonly cache?: number | string };
  readonly samples?: { readonly every?: number; readonly count?: number };
  readonly checkpoint?: { readonly every?: number; readonly keep?: number };
  readonly validation?: { readonly every?: number; readonly best?: 'psnr' | 'ssim' };
}

/**
 * Reads and validates a run file.
 * @param overrides arguments of `--set`, applied in turn: those that start with a key of the run file to it, the others to its model.
 * @throws RuntimeFailure with one line per mistake, each with line and column or the argument it comes from.
 */
export async function readRunFile(path: string, overrides: readonly string[] = []): Promise<RunFile> {
  const document = await RunDocument.read(path);
  const ofRun = overrides.filter((argument) => runKeys.has(firstKey(argument)));
  for (const argument of ofRun) document.set(argument);
  const raw = document.content();
  if (!validate(raw)) {
    const mistakes = new Set((validate.errors ?? []).map((error) => describeMistake(error, document, 'the run file')));
    throw inputFailure([...mistakes].sort(compareNaturally).join('\n'));
  }
  if (raw.validation !== undefined && raw.data.validation === undefined)
    throw inputFailure(
      `${document.placeOf(['validation'], 'key')}: validation says when to measure, but no pairs are held out to be measured. Name them as data.validation, or remove validation.`,
    );
  const relative = (file: string) => (isAbsolute(file) ? file : join(dirname(path), file));
  const { file: model, variant } = parseReference(raw.model);
  const ofModel = overrides.filter((argument) => !ofRun.includes(argument));
  return {
    path,
    model: variant === undefined ? relative(model) : `${relative(model)}#${variant}`,
    data: raw.data,
    output: relative(raw.output),
    engine: raw.engine ?? 'auto',
    precision: raw.precision ?? 'float32',
    threads: raw.threads,
    seed: raw.seed ?? 1,
    weights: weightsOf(raw.weights, relative),
    overrides: [overridesOfDocument(raw, document), ...(ofModel.length > 0 ? [overridesOfArguments(ofModel)] : [])],
    loader: loaderOf(raw.loader ?? {}),
    samples: { every: raw.samples?.every ?? 500, count: raw.samples?.count ?? 4 },
    checkpoint: { every: raw.checkpoint?.every ?? 200, keep: raw.checkpoint?.keep ?? 3 },
    validation: { every: raw.validation?.every ?? 1000, best: raw.validation?.best ?? 'psnr' },
    placeOf: (place, part) => document.placeOf(place, part),
  };
}

function loaderOf({ cache, ...settings }: NonNullable<RawRunFile['loader']>): LoaderSettings {
  if (cache === undefined) return settings;
  return { ...settings, cache: typeof cache === 'string' ? (parseByteSize(cache) ?? 0) : cache };
}

function weightsOf(given: RawRunFile['weights'], relative: (file: string) => string): StartWeightsSource | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string') return { file: relative(given), map: undefined, sha256: undefined };
  return { file: relative(given.file), map: given.map === undefined ? undefined : relative(given.map), sha256: given.sha256 };
}

/** Keys of the run file that are not about the model: its parameters and settings are overridden in the source tree. */
const runKeys = new Set(Object.keys(runFileSchema.properties).filter((key) => key !== 'parameters' && key !== 'training'));

const firstKey = (argument: string): string => /^[^.=[]*/.exec(argument)?.[0].trim() ?? '';

/**
 * One mistake as `place: what is wrong. What to do.`
 * @param whole what the document is called.
 */
export function describeMistake(error: ErrorObject, document: RunDocument, whole: string): string {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path.length === 0 ? whole : path.join('.');
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
  if (error.keyword === 'pattern')
    return `${place}: ${name} is '${String(error.data)}'; wanted is a text as ${(error.parentSchema?.examples ?? []).join(' or ')}.`;
  if (error.keyword === 'minLength') return `${place}: ${name} is empty.`;
  return `${place}: ${name} is ${JSON.stringify(error.data)}; it ${error.message}.`;
}

/** Says that a key is unknown, with what was probably meant or what is known. */
export function unknownKey(key: string, parent: string, known: readonly string[]): string {
  const [nearest] = didYouMean(key, known);
  return `unknown key \`${key}\` in ${parent}. ${nearest === undefined ? `Known ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.` : `Did you mean \`${nearest}\`?`}`;
}

function kindName(type: string): string {
  const names: Record<string, string> = { object: 'a mapping', array: 'a list', integer: 'a whole number', string: 'a text' };
  return names[type] ?? type;
}
