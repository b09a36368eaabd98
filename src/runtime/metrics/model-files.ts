import { existsSync } from 'node:fs';
import { inputFailure, readBytes } from '../files/index.js';
import { type FittedMetric, type Metric, type ModelFile, type ReadyMetric, readyMetric } from './metric.js';
import { protocolOf } from './protocol.js';

/** A model file that somebody has named. */
export interface NamedModel {
  readonly path: string;
  /** Where it was named, as messages start with it: `mfnc.yaml:2:18`, `--metric-model sseq=a.json`. */
  readonly place: string;
}

/** Model files by name of the metric. */
export type NamedModels = ReadonlyMap<string, NamedModel>;

const largestModel = 64 * 2 ** 20;

/**
 * Makes metrics ready to measure, in their order: reads the models of those that have one.
 * @param named files that are named for metrics; those of other metrics are not looked at. A metric without one takes what the package ships.
 * @throws RuntimeFailure where a model is missing, unreadable or no such model.
 */
export async function prepareMetrics(metrics: readonly Metric[], named: NamedModels = new Map()): Promise<ReadyMetric[]> {
  return Promise.all(
    metrics.map((metric) => (metric.kind === 'fitted' ? openFitted(metric, named.get(metric.name)) : readyMetric(metric))),
  );
}

async function openFitted(metric: FittedMetric, named: NamedModel | undefined): Promise<ReadyMetric> {
  const model = metric.open(await readModel(metric, named));
  return {
    metric,
    protocol: protocolOf(metric.name, { ...metric.protocol, ...model.protocol }),
    measure: (image) => model.measure(image),
  };
}

async function readModel({ name, title, model }: FittedMetric, named: NamedModel | undefined): Promise<ModelFile> {
  const path = named?.path ?? model.shipped;
  const ways = `Give one with --metric-model ${name}=FILE, or in mfnc.yaml: \`metrics: { ${name}: { model: FILE } }\`.`;
  if (path === undefined) throw inputFailure(`${title} needs its model file: ${model.content}. mfnc ships none. ${ways}`);
  if (named !== undefined && !existsSync(path))
    throw inputFailure(`${named.place}: ${title} needs its model file: ${model.content}; there is no file ${path}. ${ways}`);
  return { path, bytes: await readBytes(path, largestModel) };
}
