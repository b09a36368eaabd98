import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, isNode, isScalar } from 'yaml';
import { didYouMean } from '../../compiler/diagnostics/did-you-mean.js';
import { compareNaturally, inputFailure, readText } from '../files/index.js';
import { parseYAML } from '../files/yaml.js';
import { fittedMetrics, type NamedModels } from '../metrics/index.js';

/** The file that settings of a project stand in. */
export const settingsFile = 'mfnc.yaml';

/** What a project says once for all commands. */
export interface ProjectSettings {
  /** Path of the file, as seen from the working directory; undefined where there is none. */
  readonly path: string | undefined;
  /** Model files of metrics, by name of the metric; as seen from the working directory. */
  readonly metricModels: NamedModels;
}

interface Content {
  readonly metrics?: Readonly<Record<string, { readonly model?: string }>>;
}

/** JSON Schema of mfnc.yaml. */
export const settingsSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Settings of a project of mfnc',
  type: 'object',
  additionalProperties: false,
  properties: {
    metrics: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        fittedMetrics.map(({ name }) => [
          name,
          {
            type: 'object',
            additionalProperties: false,
            properties: { model: { type: 'string', minLength: 1, description: 'Path of its model file, relative to this file.' } },
          },
        ]),
      ),
    },
  },
};

const largestFile = 2 ** 20;
const validate = new Ajv({ allErrors: true, verbose: true }).compile<Content>(settingsSchema);

/**
 * Reads the settings of the project that a folder belongs to: mfnc.yaml in it, or in the nearest folder above it that has one. The files that it names
 * need not be there: that is for whoever needs them to say.
 * @throws RuntimeFailure with one line for each mistake, each with its place.
 */
export async function readProjectSettings(folder = process.cwd()): Promise<ProjectSettings> {
  const found = nearestSettings(resolve(folder));
  if (found === undefined) return { path: undefined, metricModels: new Map() };
  const shown = relative(process.cwd(), found);
  const path = shown.split(/[\\/]/).filter((part) => part === '..').length > 2 ? found : shown;
  const yaml = parseYAML(path, await readText(path, largestFile));
  // An empty file, or one of comments alone, settles nothing.
  const content = yaml.content() ?? {};
  const placeOf = (keys: readonly string[], part: 'key' | 'value') => yaml.placeAt(offsetOf(yaml.document, keys, part));
  if (!validate(content)) {
    const mistakes = new Set((validate.errors ?? []).map((error) => describe(error, placeOf)));
    throw inputFailure([...mistakes].sort(compareNaturally).join('\n'));
  }
  const models = Object.entries(content.metrics ?? {}).flatMap(([name, { model }]) => {
    if (model === undefined) return [];
    const file = isAbsolute(model) ? model : join(dirname(path), model);
    return [[name, { path: file, place: placeOf(['metrics', name, 'model'], 'value') }] as const];
  });
  return { path, metricModels: new Map(models) };
}

function nearestSettings(folder: string): string | undefined {
  const file = join(folder, settingsFile);
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestSettings(parent);
}

/** Where a key or its value stands in the text; 0 for the document itself. */
function offsetOf(document: Document, keys: readonly string[], part: 'key' | 'value'): number {
  if (keys.length === 0) return 0;
  const value = document.getIn(keys, true);
  if (part === 'value' && isNode(value) && value.range) return value.range[0];
  const parent = keys.length === 1 ? document.contents : document.getIn(keys.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === keys.at(-1)) : undefined;
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
}

/** One mistake as `place: what is wrong. What to do.` */
function describe(error: ErrorObject, placeOf: (keys: readonly string[], part: 'key' | 'value') => string): string {
  const keys = error.instancePath.split('/').slice(1);
  const name = keys.length === 0 ? settingsFile : keys.join('.');
  if (error.keyword === 'additionalProperties') {
    const key = String(error.params.additionalProperty);
    const known = Object.keys(error.parentSchema?.properties ?? {});
    const [nearest] = didYouMean(key, known);
    const way =
      nearest === undefined ? `Known ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}.` : `Did you mean \`${nearest}\`?`;
    return `${placeOf([...keys, key], 'key')}: unknown key \`${key}\` in ${name}. ${way}`;
  }
  const place = placeOf(keys, 'value');
  if (error.keyword === 'type')
    return `${place}: ${name} is not ${error.params.type === 'string' ? 'a text' : 'a mapping'}. Write for example \`metrics: { sseq: { model: sseq.json } }\`.`;
  return `${place}: ${name} is empty; wanted is the path of a file.`;
}
