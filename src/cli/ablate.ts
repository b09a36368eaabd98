import { type Command, InvalidArgumentError, Option } from 'commander';
import type { IR } from '../compiler/ir/ir.js';
import { modelTitle } from '../compiler/ir/model-title.js';
import {
  type Ablation,
  type AblationResults,
  type AblationRow,
  ablationDefaults,
  type CellResult,
  legend,
  mostMinutes,
  readAblation,
  resultsAsJSON,
  runAblation,
  stepLimits,
  tablesOf,
  type VariantPlan,
  variantRun,
  writeReports,
} from '../runtime/ablation/index.js';
import { metricsNamed } from '../runtime/metrics/index.js';
import { type RunFile, readRunFile } from '../runtime/train/index.js';
import { analyzeFile } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { formatImageSize, parseImageSize, requireSupportedSize } from './image-size.js';
import { interruptedExitCode, listenForInterruption } from './interruption.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { type Measuring, metricList, metricModelOption, metricOption, readyMetrics } from './metrics-options.js';
import { costConvention, costTree, inGiga } from './network-cost.js';
import { parseCount } from './parse-count.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { colorsFor } from './terminal/colors.js';
import { formatTable } from './terminal/table.js';
import { TrainProgress } from './terminal/train-progress.js';
import { requireTrainableIR } from './trainable-ir.js';

interface Options extends ErrorLimit, Overriding, Measuring {
  readonly variants?: readonly string[];
  readonly seeds?: readonly number[];
  readonly stageSteps?: number;
  readonly runSteps?: number;
  readonly runMinutes?: number;
  readonly totalMinutes?: number;
  readonly pictures?: number;
  readonly size?: string;
  readonly output?: string;
  readonly train: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('ablate')
    .summary('train variants of a model with several seeds and compare them')
    .description(
      'Trains a model and its variants, each with several seeds, measures them on the held-out pairs and writes one table: mean, standard deviation and confidence interval over the seeds, difference from the base, parameters, compute and time; as Markdown, CSV and HTML with pictures.',
    )
    .argument('<file>', 'ablation file (YAML), or with --variants a run file')
    .option('--variants <files...>', 'variants to compare with the model of a run file: FILE or FILE#VARIANT')
    .addOption(new Option('--seeds <list>', 'seeds, as 1,2,3, which is the default').argParser(seedList))
    .addOption(new Option('--stage-steps <count>', 'budget: steps of each stage, at most').argParser(parseCount(1)))
    .addOption(
      new Option('--run-steps <count>', 'budget: steps of a run, at most, shared by its stages in proportion to their lengths').argParser(
        parseCount(1),
      ),
    )
    .addOption(new Option('--run-minutes <count>', 'budget: minutes of a run, at most').argParser(minuteCount))
    .addOption(new Option('--total-minutes <count>', 'budget: minutes of this call, at most; the next one goes on').argParser(minuteCount))
    .addOption(metricOption('psnr,ssim'))
    .addOption(metricModelOption())
    .addOption(new Option('--pictures <count>', 'held-out pairs that report.html shows (default: 4)').argParser(parseCount(0)))
    .option('--size <HxW>', 'picture that GMACs and GFLOPs are for (default: 384x384)')
    .option('-o, --output <folder>', 'folder that everything is written to')
    .option('--no-train', 'train nothing: write the tables of what is there')
    .addOption(setOption('override, for all rows, a value of the run file (engine=onnx), or of the models and their training'))
    .addOption(maxErrorsOption())
    .option('--json', 'print the results as JSON')
    .addHelpText(
      'after',
      [
        '',
        'An ablation file:',
        '  run: run.yaml                        # the base, trained as its run file says',
        '  variants:',
        '    - ../../models/ablations/without-kl.mfn',
        '    - { name: half width, set: { parameters.width: 32 } }',
        '  seeds: [1, 2, 3]',
        '  budget: { run: { steps: 600, minutes: 20 }, total: { minutes: 240 } }   # also stage: { steps: ... }',
        '  metrics: [psnr, ssim, fsim]',
        '  output: runs/ablation',
        '',
        'The same command again goes on where the last one stopped: what is trained is kept as long as it is described in the same way, a training that was',
        'interrupted resumes, one that failed, or could not be measured again, is tried again. Ctrl-C stops after the running step (exit',
        'code 130). What a budget cuts is said below the table.',
        '',
        'Metrics:',
        metricList(),
        '',
        'A metric that is not defined for one of the held-out pictures has no mean, which is said below the table.',
        '',
        `Convention: ${costConvention}.`,
        '',
        'Examples:',
        '  mfnc ablate examples/ablation/ablation.yaml',
        '  mfnc ablate run.yaml --variants models/ablations/*.mfn --seeds 1,2,3 --run-steps 600 -o runs/table-1',
      ].join('\n'),
    )
    .action(guarded(ablate));
}

async function ablate(file: string, options: Options): Promise<void> {
  const ablation = await ablationOf(file, options);
  const metrics = await readyMetrics(metricsNamed(ablation.metrics), options);
  const rows = await rowsOf(ablation, options);
  const interruption = listenForInterruption(
    'Stopping after what is running now; the same command goes on from there. Ctrl-C again ends at once.',
  );
  let progress: TrainProgress | undefined;
  try {
    const results = await runAblation({
      ablation,
      rows,
      metrics,
      signal: interruption.signal,
      trains: options.train,
      reporter: {
        cellStarted: (row, seed, number, total) => {
          process.stderr.write(`[${number}/${total}] ${row.name}, seed ${seed}\n`);
          progress = new TrainProgress(row.engine.name);
          return progress;
        },
        cellEnded: async ({ state, problem }, end, soFar) => {
          progress?.end();
          const { red } = colorsFor(process.stderr);
          if (problem !== undefined) process.stderr.write(`${red('not measured again')}: the table says why; the others go on\n`);
          else if (end === 'kept') process.stderr.write('is done already\n');
          if (state === 'failed') process.stderr.write(`${red('failed')}: the table says why; the others go on\n`);
          if (end === 'new') await writeReports(ablation.output, soFar);
        },
      },
    });
    progress?.end();
    const files = await writeReports(ablation.output, results);
    process.stdout.write(options.json === true ? resultsAsJSON(results) : `${asText(results)}\n${Object.values(files).join('\n')}\n`);
    if (interruption.signal.aborted) process.exitCode = interruptedExitCode;
    else if (cellsOf(results).some(({ state, problem }) => state === 'failed' || problem !== undefined)) process.exitCode = 1;
  } finally {
    progress?.end();
    interruption.stop();
  }
}

const cellsOf = ({ rows }: AblationResults): readonly CellResult[] => rows.flatMap(({ cells }) => cells);

function asText(results: AblationResults): string {
  const tables = tablesOf(results).map(({ columns, rows }) => formatTable(columns, rows));
  return [...tables, `${legend(results).join('\n')}\n`].join('\n');
}

/** The ablation that the file and the options ask for together; options come first. */
async function ablationOf(file: string, options: Options): Promise<Ablation> {
  const { variants, output, seeds, metric, pictures, size } = options;
  if (variants !== undefined && output === undefined)
    throw new CommandFailure(2, '--variants needs an --output', 'the run file names the folder of one run; an ablation has many');
  const written: Ablation =
    variants === undefined
      ? await readAblation(file)
      : {
          ...ablationDefaults,
          run: file,
          variants: variants.map((model) => ({ name: undefined, model, set: [], place: `--variants ${model}` })),
          output: output as string,
        };
  const { stageSteps, runSteps, runMinutes, totalMinutes } = options;
  return {
    ...written,
    budget: {
      stageSteps: stageSteps ?? written.budget.stageSteps,
      runSteps: runSteps ?? written.budget.runSteps,
      runMinutes: runMinutes ?? written.budget.runMinutes,
      totalMinutes: totalMinutes ?? written.budget.totalMinutes,
    },
    ...(output !== undefined && { output }),
    ...(seeds !== undefined && { seeds }),
    ...(metric !== undefined && { metrics: metric }),
    ...(pictures !== undefined && { pictures }),
    size: formatImageSize(size === undefined ? parseImageSize(written.size, `${file}: size`) : parseImageSize(size)),
  };
}

/** The rows of the table, the base first. Everything that can be known to be wrong with them is told here, before hours of training. */
async function rowsOf(ablation: Ablation, options: Options): Promise<AblationRow[]> {
  const common = options.set ?? [];
  const run = await readRunFile(ablation.run, common);
  const { ir, sources } = requireTrainableIR(run, options);
  requireTraining(ir, run.model);
  const rows = [await rowOf(ablation.base ?? modelTitle(ir), run, ir, sources, [], ablation)];
  for (const plan of ablation.variants) rows.push(await variantRow(plan, ir, run, common, ablation, options));
  const names = rows.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined)
    throw new CommandFailure(
      2,
      `two rows of the table are called '${repeated}'`,
      'give one of them a name: { name: ..., model: ... }, or the base with base:',
    );
  return rows;
}

async function variantRow(
  plan: VariantPlan,
  base: IR,
  baseRun: RunFile,
  common: readonly string[],
  ablation: Ablation,
  options: Options,
): Promise<AblationRow> {
  const own = analyzeFile(plan.model ?? baseRun.model).ir;
  const { run, notes } = await variantRun(ablation.run, plan, base, own, common);
  const { ir, sources } = requireTrainableIR(run, options);
  requireTraining(ir, plan.place);
  return rowOf(plan.name ?? ir.variant?.name ?? ir.model.name, run, ir, sources, notes, ablation);
}

async function rowOf(
  name: string,
  run: RunFile,
  ir: IR,
  sources: ReadonlyMap<string, string>,
  notes: readonly string[],
  { budget, size }: Ablation,
): Promise<AblationRow> {
  const engine = await requireEngine(run.engine, run.precision);
  const picture = parseImageSize(size);
  requireSupportedSize(ir, picture);
  const limits = ir.training === undefined ? new Map<string, number>() : stepLimits(budget, ir.training, name);
  return { name, run, ir, engine, sources, stepLimits: limits, cost: inGiga(costTree(ir, picture)), notes };
}

function requireTraining({ training, model }: IR, place: string): void {
  if (training === undefined)
    throw new CommandFailure(2, `${place}: ${model.name} has no \`training of ${model.name}\` section, so there is nothing to train`);
}

function seedList(text: string): number[] {
  const seeds = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isSeed = (seed: number): boolean => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32;
  if (!seeds.every(isSeed) || new Set(seeds).size < seeds.length) throw new InvalidArgumentError('Give different whole numbers, as 1,2,3.');
  return seeds;
}

function minuteCount(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0 && minutes <= mostMinutes)) throw new InvalidArgumentError(`Give a number of minutes above 0, at most ${mostMinutes}.`);
  return minutes;
}
