import { basename } from 'node:path';
import type { Command } from 'commander';
import { listImages, pairFolders, stemOf } from '../runtime/data/index.js';
import { isFolderThere } from '../runtime/files/index.js';
import {
  checkFiles,
  defaultMetrics,
  type MeasuredFile,
  type Metric,
  type MetricResults,
  measureFiles,
  metrics,
  metricsNamed,
  undefinedScores,
} from '../runtime/metrics/index.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { compareResults } from './metrics-compare.js';
import { registerFitNIQE } from './metrics-fit-niqe.js';
import { type Measuring, metricList, metricModelOption, metricOption, readyMetrics } from './metrics-options.js';
import { formatScores, meanRow } from './metrics-table.js';
import { addResultFormats, type ResultFormat } from './result-format.js';
import { Progress } from './terminal/progress.js';
import { partialMeans, tellUndefined, undefinedHelp } from './undefined-scores.js';

interface Options extends Measuring, ResultFormat {
  readonly compare?: readonly string[];
}

export function register(program: Command): void {
  const command = program
    .command('metrics')
    .summary('measure the quality of images')
    .description(
      'Measures images, by themselves or against what they should look like. Each number comes with its protocol: how it was taken.',
    )
    .argument('[image]', 'image, or folder of images')
    .argument('[reference]', 'what it should look like; for a folder a folder, matched by name without extension')
    .addOption(metricOption('psnr,ssim with a reference, else those that need none and come with the package'))
    .addOption(metricModelOption())
    .option('--compare <file...>', 'instead of measuring, put the means of earlier --json results into one table')
    .addHelpText(
      'after',
      [
        '',
        'Metrics:',
        metricList(),
        '',
        undefinedHelp,
        '',
        'Results whose numbers were taken by different protocols are not put into one table.',
        '',
        'Model files of metrics can be named once for a project, in mfnc.yaml in the working directory or above it: metrics: { sseq: { model: FILE } }.',
        '',
        'Examples:',
        '  mfnc metrics enhanced/1.png normal/1.png --metric psnr,ssim_rgb',
        '  mfnc metrics enhanced --metric niqe',
        '  mfnc metrics enhanced normal --json > mine.json',
        '  mfnc metrics --compare mine.json runs/lol/metrics.json',
      ].join('\n'),
    )
    .action(guarded(measure));
  addResultFormats(command);
  registerFitNIQE(command);
}

async function measure(image: string | undefined, reference: string | undefined, options: Options): Promise<void> {
  if (options.compare !== undefined) {
    if (options.metric !== undefined || options.metricModel !== undefined)
      throw new CommandFailure(2, '--compare reads results and measures nothing', 'leave out --metric and --metric-model');
    process.stdout.write(await compareResults([...options.compare, ...[image, reference].filter((file) => file !== undefined)], options));
    return;
  }
  if (image === undefined)
    throw new CommandFailure(2, 'which image?', 'mfnc metrics IMAGE [REFERENCE], or mfnc metrics --compare RESULTS.json...');
  const wanted = options.metric === undefined ? metricsByDefault(reference) : metricsNamed(options.metric);
  requireReference(wanted, reference, image);
  const ready = await readyMetrics(wanted, options);
  const files = await filesToMeasure(image, reference);
  await checkFiles(files, ready);
  const progress = files.length === 1 ? undefined : new Progress({ label: 'measuring', total: files.length, unit: 'images' });
  try {
    const results = await measureFiles(files, ready, (done) => progress?.update(done));
    progress?.finish();
    tellUndefined(
      results.images.flatMap(({ scores }, i) => undefinedScores(ready, (files[i] as MeasuredFile).image, scores)),
      results.images.map(({ scores }) => scores),
    );
    process.stdout.write(formatResults(results, options));
  } finally {
    progress?.finish();
  }
}

function metricsByDefault(reference: string | undefined): readonly Metric[] {
  if (reference !== undefined) return defaultMetrics;
  return metrics.filter((metric) => metric.kind === 'no-reference' || (metric.kind === 'fitted' && metric.model.shipped !== undefined));
}

function requireReference(wanted: readonly Metric[], reference: string | undefined, image: string): void {
  const lacking = reference === undefined ? wanted.filter(({ kind }) => kind === 'full-reference') : [];
  if (lacking.length === 0) return;
  throw new CommandFailure(
    2,
    `${lacking.map(({ title }) => title).join(', ')} ${lacking.length === 1 ? 'needs' : 'need'} a reference: what ${image} should look like`,
    `mfnc metrics ${image} REFERENCE --metric ${wanted.map(({ name }) => name).join(',')}`,
  );
}

async function filesToMeasure(image: string, reference: string | undefined): Promise<MeasuredFile[]> {
  const isFolderOfImages = await isFolderThere(image);
  if (reference === undefined) return named(isFolderOfImages ? await listImages(image) : [image]);
  if ((await isFolderThere(reference)) !== isFolderOfImages)
    throw new CommandFailure(
      2,
      `${isFolderOfImages ? image : reference} is a folder and ${isFolderOfImages ? reference : image} is a file`,
      'give two images, or two folders',
    );
  if (!isFolderOfImages) return [{ name: stemOf(image), image, reference }];
  const pairs = await pairFolders({ image, reference });
  return pairs.map(({ name, files }) => ({ name, image: files.image as string, reference: files.reference as string }));
}

/** Named without extension, as pairs are, unless that would make two files one. */
function named(files: readonly string[]): MeasuredFile[] {
  const stems = files.map(stemOf);
  return files.map((file, i) => ({ name: new Set(stems).size === files.length ? (stems[i] as string) : basename(file), image: file }));
}

function formatResults(results: MetricResults, format: ResultFormat): string {
  const { images, mean, counts, protocols } = results;
  const scoresOf = (scores: MetricResults['mean']) => ({ image: scores });
  return formatScores(
    results,
    {
      subject: 'image',
      facts: ['width', 'height'],
      groups: [{ key: 'image' }],
      rows: images.map(({ name, width, height, scores }) => ({ name, facts: [String(width), String(height)], scores: scoresOf(scores) })),
      ...(images.length > 1 && { total: meanRow(scoresOf(mean), images.length, [counts]) }),
      protocols,
      notes: images.length > 1 ? partialMeans(counts, images.length) : [],
    },
    format,
  );
}
