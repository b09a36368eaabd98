import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { IR } from '../../../compiler/ir/ir.js';
import type { EngineName } from '../../engines/engine.js';
import { inputFailure, mfncVersion } from '../../files/index.js';
import type { RunData } from './run-data.js';
import type { RunFile } from './run-file.js';

/** What decides the numbers of a run; two runs with equal descriptions (on one engine) compute the same. */
export type RunDescription = Readonly<Record<string, unknown>>;

/**
 * Describes a run by the values that a resumed run must share.
 * @param weights SHA-256 of the weights that it started from, where the run file names such.
 */
export function describeRun(run: RunFile, ir: IR, data: RunData, weights: string | undefined): RunDescription {
  const { training } = ir;
  return {
    model: ir.model.name,
    variant: ir.variant?.name,
    parameters: ir.model.parameters,
    network: networkHash(ir),
    seed: run.seed,
    precision: run.precision,
    weights,
    'training.batch': training?.batch,
    'training.patch': training?.patch,
    'training.augment': training?.augmentations,
    ...Object.fromEntries(Object.entries(training?.settings ?? {}).map(([name, value]) => [`training.${name}`, value])),
    ...Object.fromEntries(
      data.sources.map(({ roles, samples }) => [
        `data.${roles.join('+')}`,
        filesHash(samples.flatMap(({ files }) => roles.map((role) => files[role] as string))),
      ]),
    ),
  };
}

const labels: Readonly<Record<string, string>> = { network: 'the source of the model' };

/**
 * Compares a run with the one that a checkpoint was written by.
 * @throws RuntimeFailure that names what differs, both values, and what to do.
 */
export function requireSameRun(described: RunDescription, now: RunDescription, run: RunFile): void {
  const differences = differencesOfRuns(described, now, run);
  if (differences.length === 0) return;
  throw inputFailure(
    [
      `${run.path}: is not the run that ${run.output} holds, so it cannot be resumed:`,
      ...differences.map((line) => `  ${line}`),
      'Restore the former values, or set another output to start a new run.',
    ].join('\n'),
  );
}

/** In what a run differs from the one that a checkpoint was written by, a line for each value; empty where both compute the same. */
export function differencesOfRuns(before: RunDescription, now: RunDescription, run: RunFile): string[] {
  // Through JSON, as the former description has gone: absent and undefined are the same.
  const present: RunDescription = JSON.parse(JSON.stringify(now));
  const keys = [...new Set([...Object.keys(before), ...Object.keys(present)])].filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(present[key]),
  );
  // Where a setting explains it, that the compiled network differs too is no news.
  const telling = keys.length > 1 ? keys.filter((key) => key !== 'network') : keys;
  return telling.map((key) => {
    if (key === 'network') return `${labels.network} (${run.model}) has changed`;
    if (key === 'weights') return `the weights to start from were ${before[key] ?? 'none'}, are ${present[key] ?? 'none'}`;
    if (key.startsWith('data.')) return `the files of ${key} have changed`;
    return `${key} was ${JSON.stringify(before[key])}, is ${JSON.stringify(present[key])}`;
  });
}

/** The resolved run file, as it is written into the output folder: every default filled in, every path absolute. */
export function resolvedConfig(run: RunFile, ir: IR, engine: EngineName, threads: number, weightsHash: string | undefined): string {
  const { training } = ir;
  const { weights } = run;
  const content = {
    model: resolve(run.model),
    parameters: ir.model.parameters,
    data: absolute(run.data, dirname(run.path)),
    output: resolve(run.output),
    engine,
    precision: run.precision,
    ...(threads > 0 ? { threads } : {}),
    seed: run.seed,
    ...(weights && {
      weights: { file: resolve(weights.file), ...(weights.map !== undefined && { map: resolve(weights.map) }), sha256: weightsHash },
    }),
    training: { ...nested(training?.settings ?? {}), patch: training?.patch.join('x') },
    ...(Object.keys(run.loader).length === 0 ? {} : { loader: run.loader }),
    samples: run.samples,
    checkpoint: run.checkpoint,
    ...(run.data.validation === undefined ? {} : { validation: run.validation }),
  };
  return `# Resolved by mfnc ${mfncVersion} from ${resolve(run.path)}.\n${stringify(content)}`;
}

/** All texts of a data section are paths. */
function absolute(value: unknown, base: string): unknown {
  if (typeof value === 'string') return resolve(base, value);
  if (Array.isArray(value)) return value.map((entry) => absolute(entry, base));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, absolute(entry, base)]));
}

/** `{ 'refinement.lambda': 0 }` as nested mappings. */
function nested(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(settings)) {
    const keys = path.split('.');
    let mapping = result;
    for (const key of keys.slice(0, -1)) {
      if (typeof mapping[key] !== 'object' || mapping[key] === null) mapping[key] = {};
      mapping = mapping[key] as Record<string, unknown>;
    }
    mapping[keys.at(-1) as string] = value;
  }
  return result;
}

/** Hash of what the network and its training compute: places in the source and documentation do not count. */
function networkHash(ir: IR): string {
  const silent = new Set(['span', 'documentation', 'because', 'source', 'label']);
  return createHash('sha256')
    .update(JSON.stringify(ir, (key, value: unknown) => (silent.has(key) ? undefined : value)))
    .digest('hex')
    .slice(0, 16);
}

function filesHash(files: readonly string[]): string {
  return createHash('sha256').update(files.join('\n')).digest('hex').slice(0, 16);
}
