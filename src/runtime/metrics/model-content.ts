import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean } from '../../compiler/diagnostics/did-you-mean.js';
import { inputFailure } from '../files/index.js';
import { isMatFile, MatFileError, readMatFile } from '../files/mat-file.js';
import type { ModelFile } from './metric.js';

/**
 * The content of a model file as plain data: of JSON, or of a MAT-file of MATLAB, whose variables are the keys.
 * @param kind what it should be, for messages: `NIQE model`.
 * @throws RuntimeFailure
 */
export function modelContent({ path, bytes }: ModelFile, kind: string): { readonly form: 'JSON' | 'MAT-file'; readonly content: unknown } {
  if (bytes.length === 0) throw inputFailure(`${path}: is empty (zero bytes); wanted is a ${kind}.`);
  if (isMatFile(bytes)) {
    try {
      return { form: 'MAT-file', content: Object.fromEntries(readMatFile(bytes)) };
    } catch (error) {
      if (error instanceof MatFileError) throw inputFailure(`${path}: is a MAT-file that cannot be read: ${error.message}.`, error);
      throw error;
    }
  }
  try {
    return { form: 'JSON', content: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch (error) {
    const reason = error instanceof SyntaxError ? ` (${error.message})` : '';
    throw inputFailure(`${path}: is no ${kind}: neither JSON${reason} nor a MAT-file of MATLAB. It may be damaged, or cut off.`, error);
  }
}

/** Refuses content that a schema does not allow. @throws RuntimeFailure with all mistakes, at most five. */
export function requireSchema<T>(path: string, kind: string, content: unknown, validate: ValidateFunction<T>): asserts content is T {
  if (validate(content)) return;
  const errors = validate.errors ?? [];
  // What a part lacks is one mistake, and says enough of a part that is something else altogether.
  const mistakes = [...new Set(errors.filter((error) => !isBesideTheLacking(error, errors)).map((error) => describe(error, errors)))];
  const shown = mistakes.slice(0, 5).map((mistake) => `  ${mistake}`);
  const rest = mistakes.length > shown.length ? [`  and ${mistakes.length - shown.length} more of the kind.`] : [];
  throw inputFailure([`${path}: is no ${kind}:`, ...shown, ...rest].join('\n'));
}

function isBesideTheLacking({ keyword, instancePath, params, parentSchema }: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (keyword !== 'additionalProperties' || lackingKeys(instancePath, all).length === 0) return false;
  return didYouMean(String(params.additionalProperty), Object.keys(parentSchema?.properties ?? {})).length === 0;
}

function lackingKeys(instancePath: string, all: readonly ErrorObject[]): string[] {
  return all
    .filter((error) => error.keyword === 'required' && error.instancePath === instancePath)
    .map(({ params }) => `\`${params.missingProperty}\``);
}

function describe({ instancePath, keyword, params, parentSchema, data }: ErrorObject, all: readonly ErrorObject[]): string {
  const place = instancePath
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
  const name = place === '' ? 'the file' : `\`${place}\``;
  switch (keyword) {
    case 'required': {
      const held = Object.keys(data as object);
      return `${name} lacks ${lackingKeys(instancePath, all).join(', ')}${held.length === 0 ? '' : `; it has ${held.slice(0, 8).join(', ')}`}.`;
    }
    case 'additionalProperties': {
      const [nearest] = didYouMean(String(params.additionalProperty), Object.keys(parentSchema?.properties ?? {}));
      return `${name} has the unknown key \`${params.additionalProperty}\`${nearest === undefined ? '.' : `; did you mean \`${nearest}\`?`}`;
    }
    case 'minItems':
    case 'maxItems':
      return `${name} has ${(data as unknown[]).length} entries; ${parentSchema?.minItems === parentSchema?.maxItems ? '' : keyword === 'minItems' ? 'at least ' : 'at most '}${params.limit} are wanted.`;
    case 'type':
      return `${name} is ${kindOf(data)}, not ${names[String(params.type)] ?? params.type}.`;
    case 'const':
      return `${name} is ${JSON.stringify(data)}, not ${JSON.stringify(params.allowedValue)}${parentSchema?.description === undefined ? '' : ` (${parentSchema.description})`}.`;
    case 'minLength':
      return `${name} is an empty text.`;
    case 'minimum':
    case 'exclusiveMinimum':
      return `${name} is ${JSON.stringify(data)}; it must be ${keyword === 'minimum' ? 'at least' : 'above'} ${params.limit}.`;
    default:
      return `${name} breaks the rule ${keyword} of the schema.`;
  }
}

const names: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  number: 'a number',
  integer: 'a whole number',
  string: 'a text',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return names[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}
