import { InvalidArgumentError, Option } from 'commander';
import { type Metric, metrics, type NamedModels, prepareMetrics, type ReadyMetric } from '../runtime/metrics/index.js';
import { readProjectSettings, settingsFile } from '../runtime/settings/index.js';
import { CommandFailure } from './failure.js';

/** What commands that measure get. */
export interface Measuring {
  readonly metric?: readonly string[];
  readonly metricModel?: NamedModels;
}

/** `--metric` of every command that measures. */
export const metricOption = (byDefault: string): Option =>
  new Option('--metric <list>', `what to measure, as psnr,ssim; may be repeated (default: ${byDefault})`).argParser(
    (list: string, all: readonly string[] = []) => {
      const names = list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
      if (names.length === 0)
        throw new InvalidArgumentError(`It names no metric. There are ${metrics.map(({ name }) => name).join(', ')}.`);
      return [...new Set([...all, ...names])];
    },
  );

/** `--metric-model` of every command that measures. */
export const metricModelOption = (): Option =>
  new Option(
    '--metric-model <name=file>',
    `model file of a metric, as niqe=FILE; may be repeated (default: ${settingsFile}, then the package)`,
  ).argParser(parseModel);

function parseModel(argument: string, all: NamedModels = new Map()): NamedModels {
  const [, name, path] = /^([^=]+)=(.+)$/.exec(argument) ?? [];
  if (name === undefined || path === undefined) throw new InvalidArgumentError('Write NAME=FILE, for example niqe=niqe.json.');
  return new Map([...all, [name, { path, place: `--metric-model ${argument}` }]]);
}

/** Makes metrics ready with the models that the options name, then those of the project's settings, then those of the package. */
export async function readyMetrics(wanted: readonly Metric[], { metricModel = new Map() }: Measuring): Promise<ReadyMetric[]> {
  const fitted = wanted.filter(({ kind }) => kind === 'fitted');
  const strange = [...metricModel.keys()].find((name) => !fitted.some((metric) => metric.name === name));
  if (strange !== undefined) throw unused(strange, wanted);
  const settings = fitted.length === 0 ? undefined : await readProjectSettings();
  return prepareMetrics(wanted, new Map([...(settings?.metricModels ?? []), ...metricModel]));
}

function unused(name: string, wanted: readonly Metric[]): CommandFailure {
  const known = metrics.filter(({ kind }) => kind === 'fitted').map((metric) => metric.name);
  if (known.includes(name))
    return new CommandFailure(2, `--metric-model ${name}=...: ${name} is not measured`, `ask for it: --metric ${name}`);
  const measured = wanted.map((metric) => metric.name).join(', ');
  return new CommandFailure(
    2,
    `--metric-model ${name}=...: no metric of that name has a model file`,
    known.length === 0 ? `measured is ${measured}` : `those with one are ${known.join(', ')}`,
  );
}

/** Lines for the help: every metric with what it measures. */
export function metricList(): string {
  const width = Math.max(...metrics.map(({ name }) => name.length));
  return metrics.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}
