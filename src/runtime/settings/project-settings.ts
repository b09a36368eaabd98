import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { compareNaturally, inputFailure } from '../files/index.js';
import { fittedMetrics, type NamedModels } from '../metrics/index.js';
import { RunDocument } from '../train/run-file/run-document.js';
import { describeMistake } from '../train/run-file/run-file.js';

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
  const document = await RunDocument.read(path, 'settings are a mapping, as `metrics: { sseq: { model: sseq.json } }`');
  const content = document.content();
  if (!validate(content)) {
    const mistakes = new Set((validate.errors ?? []).map((error) => describeMistake(error, document, settingsFile)));
    throw inputFailure([...mistakes].sort(compareNaturally).join('\n'));
  }
  const models = Object.entries(content.metrics ?? {}).flatMap(([name, { model }]) => {
    if (model === undefined) return [];
    const file = isAbsolute(model) ? model : join(dirname(path), model);
    return [[name, { path: file, place: document.placeOf(['metrics', name, 'model']) }] as const];
  });
  return { path, metricModels: new Map(models) };
}

function nearestSettings(folder: string): string | undefined {
  const file = join(folder, settingsFile);
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestSettings(parent);
}
