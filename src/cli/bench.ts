import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { initializeWeights, inPrecision, LoweringFailure, lowerInference, type Precision } from '../compiler/3-lower/index.js';
import { didYouMean } from '../compiler/diagnostics/did-you-mean.js';
import type { IR } from '../compiler/ir/ir.js';
import { describeMachine, inputsOf, type Measured, measureNetworks, type NetworkJob, writeNetwork } from '../runtime/benchmark/index.js';
import {
  EngineFailure,
  type EngineName,
  type EngineStatus,
  engineNames,
  findEngine,
  requireFastPrecision,
  requireSupport,
} from '../runtime/engines/index.js';
import { mfncVersion } from '../runtime/files/index.js';
import { requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { formatConstraint, formatImageSize, type ImageSize, parseImageSize } from './image-size.js';
import { interruptedExitCode, listenForInterruption } from './interruption.js';
import { loadNetwork, mapOptionText, type Network } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { costConvention, costTree, inGiga } from './network-cost.js';
import { parseCount } from './parse-count.js';
import { precisionOption } from './precision-option.js';
import { addResultFormats, type ResultFormat } from './result-format.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';
import { type BenchmarkReport, type BenchmarkRow, benchmarkText, rowOf } from './terminal/benchmark-table.js';
import { Progress } from './terminal/progress.js';

interface Options extends ErrorLimit, Overriding, ResultFormat {
  readonly size: string;
  readonly engine?: readonly EngineName[];
  readonly precision: Precision;
  readonly runs: number;
  readonly warmup: number;
  readonly seconds: number;
  readonly threads: number;
  readonly batch: number;
  readonly weights?: string;
  readonly map?: string;
}

/** Engines that are measured without being asked for: those that people compute with. The interpreters on the processor take minutes for what these do in one second. */
const quickEngines: readonly EngineName[] = ['tfjs-node-gpu', 'tfjs-node', 'onnx', 'onnx-webgpu', 'tfjs-webgpu'];

export function register(program: Command): void {
  const command = program
    .command('bench')
    .summary('measure size, compute, time and memory of models')
    .description(
      'Measures models side by side: parameters, GMACs and GFLOPs for one picture, and on each engine the time of a run (p50, p90, p99) and the peak memory that the network takes.',
    )
    .argument('<files...>', '.mfn sources with a model, or FILE#VARIANT')
    .option('--size <HxW>', 'height and width of the pictures, in pixels', '384x384')
    .addOption(
      new Option('--engine <list>', 'engines to measure on, separated by commas; default: those that are here and quick').argParser(
        engineList,
      ),
    )
    .addOption(precisionOption().default('float32'))
    .addOption(new Option('--runs <count>', 'timed runs of each model on each engine').argParser(parseCount(1)).default(30))
    .addOption(new Option('--warmup <count>', 'runs before them that are not timed').argParser(parseCount(0)).default(3))
    .addOption(
      new Option('--seconds <count>', 'no further runs once the timed ones have taken so long (three are made in any case)')
        .argParser(parseCount(1))
        .default(60),
    )
    .addOption(
      new Option('--threads <count>', 'threads within one operator').argParser(parseCount(1)).default(availableParallelism(), 'all cores'),
    )
    .addOption(new Option('--batch <count>', 'pictures in one run').argParser(parseCount(1)).default(1))
    .option('--weights <file>', 'trained weights, for one model (see mfnc weights --help); default: random ones, which take as long')
    .option('--map <file>', mapOptionText)
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .addHelpText(
      'after',
      [
        '',
        'Each model on each engine is a process of its own. After the warm-up runs the processes take turns, so that what happens to the machine happens to all;',
        'the share of processor time that other guests and other processes took meanwhile stands beside the times. Pictures are noise, the same in every run.',
        'Peak memory is what the network adds to a process that has the engine loaded; "process" is all of it.',
        'A size that a model does not take, or an engine that cannot run it, is a row with the reason.',
        '',
        `Convention: ${costConvention}.`,
        '',
        'Examples:',
        '  mfnc bench models/drgn.mfn models/lw-drgn.mfn models/zoo/unet.mfn',
        '  mfnc bench models/drgn.mfn models/ablations/*.mfn --engine onnx --markdown',
      ].join('\n'),
    )
    .action(guarded(bench));
  addResultFormats(command);
}

/** A model that is measured. */
interface Subject {
  /** As it was given on the command line. */
  readonly spec: string;
  readonly network: Network;
  /** Why it takes no picture of the size; undefined where it does. */
  readonly refusal: string | undefined;
}

async function bench(files: readonly string[], options: Options): Promise<void> {
  const size = parseImageSize(options.size);
  if (options.weights !== undefined && files.length > 1)
    throw new CommandFailure(2, `--weights is for one model, and ${files.length} are given`, 'measure it by itself');
  const subjects: Subject[] = [];
  for (const spec of files) subjects.push(await subjectOf(spec, size, options));
  const engines = await enginesFor(options);
  const interruption = listenForInterruption('Stopping: the processes that were measured are being ended.');
  const folder = await mkdtemp(path.join(tmpdir(), 'mfnc-bench-'));
  try {
    const rows = await measureAll(subjects, engines, size, options, folder, interruption.signal);
    const report: BenchmarkReport = {
      mfnc: mfncVersion,
      node: process.versions.node,
      machine: describeMachine(),
      measured: new Date().toISOString(),
      size,
      batch: options.batch,
      threads: options.threads,
      precision: options.precision,
      runs: options.runs,
      warmup: options.warmup,
      convention: costConvention,
      engines: Object.fromEntries(
        engines.flatMap(({ name, status }) =>
          status === undefined ? [] : [[name, { versions: status.versions, devices: status.devices }]],
        ),
      ),
      rows,
    };
    process.stdout.write(benchmarkText(report, options));
    if (rows.every((row) => 'reason' in row)) process.exitCode = 2;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = interruptedExitCode;
  } finally {
    interruption.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function subjectOf(spec: string, size: ImageSize, options: Options): Promise<Subject> {
  const network = options.weights === undefined ? randomNetwork(spec, options) : await loadNetwork(spec, options.weights, options);
  return { spec, network, refusal: sizeRefusal(network.ir, size, options.batch) };
}

function randomNetwork(spec: string, options: Options): Network {
  const { ir, sources } = requireIR(spec, overridesOf(options), options);
  return { ir, sources, weights: initializeWeights(ir, 1) };
}

function sizeRefusal(ir: IR, size: ImageSize, batch: number): string | undefined {
  try {
    lowerInference(ir, { batch, ...size });
    return undefined;
  } catch (error) {
    if (!(error instanceof LoweringFailure)) throw error;
    const { constraints } = ir.model;
    return constraints.length === 0
      ? error.message
      : `takes no picture of ${formatImageSize(size)}: it needs ${constraints.map(formatConstraint).join(', ')}`;
  }
}

/** An engine that takes part. */
interface Participant {
  readonly name: EngineName;
  /** What is known of it, where it is here. */
  readonly status?: EngineStatus;
  /** Why it cannot be measured; undefined where it can. */
  readonly refusal?: string;
}

/** The engines asked for; without that, the quick ones that are here. Only these are looked at: finding out about a GPU takes seconds. */
async function enginesFor({ engine: asked, precision }: Options): Promise<Participant[]> {
  const participants = await Promise.all((asked ?? quickEngines).map((name) => participant(name, precision)));
  const chosen = asked === undefined ? participants.filter(({ status }) => status !== undefined && status.software !== true) : participants;
  if (chosen.length === 0) throw new CommandFailure(2, 'there is no quick engine here', 'name one with --engine; mfnc doctor lists them');
  return chosen;
}

async function participant(name: EngineName, precision: Precision): Promise<Participant> {
  let status: EngineStatus | undefined;
  try {
    const engine = await findEngine(name);
    status = await engine.probe();
    await requireFastPrecision(engine, precision);
    return { name, status };
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    return { name, ...(status && { status }), refusal: error.message };
  }
}

/** A row for each model on each engine, in the order given. */
async function measureAll(
  subjects: readonly Subject[],
  engines: readonly Participant[],
  size: ImageSize,
  options: Options,
  folder: string,
  signal: AbortSignal,
): Promise<BenchmarkRow[]> {
  const { batch, precision, runs, warmup, threads, seconds } = options;
  const jobs: NetworkJob[] = [];
  const planned: { readonly subject: Subject; readonly engine: EngineName; readonly outcome: number | string }[] = [];
  for (const [i, subject] of subjects.entries()) {
    const { ir, sources, weights } = subject.network;
    const file = path.join(folder, String(i));
    const program = subject.refusal === undefined ? inPrecision(lowerInference(ir, { batch, ...size }, sources), precision) : undefined;
    if (program !== undefined) await writeNetwork(file, { program, weights, inputs: inputsOf(ir) });
    for (const { name, refusal } of engines) {
      const reason = subject.refusal ?? refusal ?? (program && unsupported(name, program));
      planned.push({ subject, engine: name, outcome: reason ?? jobs.length });
      if (reason === undefined) jobs.push({ engine: name, file });
    }
  }
  const progress = new Progress({ label: 'measuring', total: jobs.length * (runs + warmup), unit: 'runs' });
  const measured: readonly Measured[] = await measureNetworks(jobs, { runs, warmup, threads, seconds }, signal, (done, { engine }) =>
    progress.update(done, engine),
  ).finally(() => progress.finish());
  return planned.map(({ subject: { spec, network }, engine, outcome }) => {
    const { model, variant } = network.ir;
    const about = { spec, model: model.name, ...(variant && { variant: variant.name }), ...inGiga(costTree(network.ir, size)), engine };
    return rowOf(about, typeof outcome === 'string' ? { reason: outcome } : (measured[outcome] as Measured));
  });
}

function unsupported(engine: EngineName, program: Parameters<typeof requireSupport>[1]): string | undefined {
  try {
    requireSupport(engine, program);
    return undefined;
  } catch (error) {
    if (error instanceof EngineFailure) return error.message;
    throw error;
  }
}

function engineList(text: string): EngineName[] {
  const names = text.split(',').map((part) => {
    const name = part.trim();
    const found = engineNames.find((each) => each === name);
    if (found !== undefined) return found;
    const [nearest] = didYouMean(name, engineNames);
    throw new InvalidArgumentError(
      `There is no engine '${name}'. ${nearest ? `Did you mean ${nearest}?` : `The engines are ${engineNames.join(', ')}.`}`,
    );
  });
  return [...new Set(names)];
}
