import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Command } from 'commander';
import { plainName } from '../compiler/2-analyze/variants/reference.js';
import { initializeWeights, inPrecision, listWeights, lowerInference, type Precision } from '../compiler/3-lower/index.js';
import { type EmittedFiles, emit, precisionsOf, type Target, targets } from '../compiler/4-emit/index.js';
import { didYouMean } from '../compiler/diagnostics/did-you-mean.js';
import type { IR } from '../compiler/ir/ir.js';
import type { Program } from '../compiler/ir/program.js';
import { hashTensors } from '../runtime/checkpoint/index.js';
import type { HostTensor } from '../runtime/engines/engine.js';
import { makeFolder, mfncVersion, writeFileAtomically } from '../runtime/files/index.js';
import { fileOf, requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { formatImageSize, type ImageSize, parseImageSize, requireSupportedSize } from './image-size.js';
import { loadNetwork, mapOptionText, type Network } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { costConvention, costTree, inGiga, type NetworkCost } from './network-cost.js';
import { precisionOption } from './precision-option.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';
import { formatTable } from './terminal/table.js';

/** What `mfnc compile` writes as summary.json and prints with --json. */
interface Summary extends NetworkCost {
  readonly mfnc: string;
  readonly model: string;
  /** Name of the variant, where it is one. */
  readonly variant?: string;
  readonly source: string;
  readonly size: ImageSize;
  readonly convention: string;
  /** Type in which convolutions are computed; inputs, outputs and weights are float32 in any case. */
  readonly precision: Precision;
  /** Where the weights inside the artefacts come from: a file, or 'seed 1'. */
  readonly weights: string;
  /** Tensors that the artefacts take and give, NHWC, with values in [-1, 1]. */
  readonly inputs: readonly TensorSummary[];
  readonly outputs: readonly TensorSummary[];
  /** What there is to say about the artefacts. */
  readonly notes: readonly string[];
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

interface TensorSummary {
  readonly name: string;
  readonly shape: readonly number[];
}

interface Options extends ErrorLimit, Overriding {
  readonly output: string;
  readonly target: string;
  readonly size: string;
  readonly weights?: string;
  readonly map?: string;
  readonly seed: string;
  readonly precision: Precision;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('compile')
    .summary('write the IR, a SavedModel, an ONNX file or a LayersModel of TensorFlow.js')
    .description(
      'Compiles a model for one picture size and writes the artefacts asked for, with the weights inside them, and summary.json.',
    )
    .argument('<file>', '.mfn source with a model, or FILE#VARIANT')
    .requiredOption('-o, --output <folder>', 'folder to write to; made when it is missing')
    .option('--target <list>', `what to write, separated by commas: ${targets.join(', ')}`, 'ir,savedmodel,onnx')
    .option('--size <HxW>', 'height and width of the picture, in pixels', '256x256')
    .option('--weights <file>', 'trained weights (see mfnc weights --help); without them the weights are random')
    .option('--map <file>', mapOptionText)
    .option('--seed <number>', 'seed of random weights', '1')
    .addOption(precisionOption(' (SavedModel only; the IR does not depend on it)').default('float32'))
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      [
        '',
        'tfjs is a folder with model.json for tf.loadLayersModel. It serves pictures of all sizes, whatever --size is, unless the network depends on the size;',
        'the last lines printed say so, and whether custom-layers.js has to be registered first.',
        '',
        'Examples:',
        '  mfnc compile models/lw-drgn.mfn -o compiled --target savedmodel,onnx --size 400x600 --weights weights.safetensors',
        '  mfnc compile models/drgn.mfn -o compiled --target tfjs --weights weights.safetensors',
      ].join('\n'),
    )
    .action(guarded(compile));
}

async function compile(file: string, options: Options): Promise<void> {
  const summary = await compileTo(file, options);
  process.stdout.write(options.json === true ? `${JSON.stringify(summary, undefined, 2)}\n` : formatSummary(summary, options.output));
}

async function compileTo(file: string, options: Options): Promise<Summary> {
  const chosen = parseTargets(options.target);
  requirePrecision(chosen, options.precision);
  const size = parseImageSize(options.size);
  const seed = parseSeed(options.seed);
  const { ir, sources, weights } = await modelWithWeights(file, seed, options);
  requireSupportedSize(ir, size);
  const program = inPrecision(lowerInference(ir, { batch: 1, ...size }, sources), options.precision);
  // Everything is made before the first file is written, so a failure leaves the folder as it was.
  const { files, notes } = emit(chosen, {
    name: artefactName(file, ir),
    ir,
    program,
    weights,
    weightsHash: hashTensors(weights),
    sources,
  });
  const summary: Summary = {
    mfnc: mfncVersion,
    model: ir.model.name,
    ...(ir.variant && { variant: ir.variant.name }),
    source: file,
    size,
    ...inGiga(costTree(ir, size)),
    convention: costConvention,
    precision: options.precision,
    weights: options.weights ?? `seed ${seed}`,
    inputs: tensorsOf(
      program,
      program.inputs.filter((input) => input.role === 'data'),
    ),
    outputs: tensorsOf(program, program.outputs),
    notes,
    files: [...files].map(([name, content]) => ({ path: name, bytes: Buffer.byteLength(content), sha256: sha256(content) })),
  };
  files.set('summary.json', `${JSON.stringify(summary, undefined, 2)}\n`);
  await writeAll(options.output, files);
  return summary;
}

/** Stem of the artefacts: that of the source, and the variant's name where the source does not mean it by itself. */
function artefactName(model: string, ir: IR): string {
  const file = fileOf(model);
  const stem = path.basename(file, path.extname(file));
  return ir.variant === undefined || file === model ? stem : `${stem}-${plainName(ir.variant.name)}`;
}

function parseTargets(text: string): readonly Target[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    const target = targets.find((candidate) => candidate === name);
    if (target !== undefined) return target;
    const [nearest] = didYouMean(name, targets);
    throw new CommandFailure(
      2,
      `--target has no '${name}'`,
      nearest ? `did you mean ${nearest}?` : `the targets are ${targets.join(', ')}`,
    );
  });
}

function requirePrecision(chosen: readonly Target[], precision: Precision): void {
  const without = chosen.filter((target) => !precisionsOf[target].includes(precision));
  if (without.length === 0) return;
  const others = targets.filter((target) => precisionsOf[target].includes(precision));
  throw new CommandFailure(2, `${without.join(', ')} cannot be written with --precision ${precision}`, `use --target ${others.join(',')}`);
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed) || seed < 0) {
    throw new CommandFailure(2, `--seed is '${text}'`, 'give a whole number from 0');
  }
  return seed;
}

/** The model with its weights: those of the file, or random ones. */
async function modelWithWeights(file: string, seed: number, options: Options): Promise<Network> {
  if (options.weights !== undefined) return loadNetwork(file, options.weights, options);
  const { ir, sources } = requireIR(file, overridesOf(options), options);
  return { ir, sources, weights: onlyOf(ir, initializeWeights(ir, seed)) };
}

/** Weights of the model without those of the stages' discriminators. */
function onlyOf(ir: IR, all: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const wanted = new Set(listWeights(ir).map((weight) => weight.path));
  return new Map([...all].filter(([name]) => wanted.has(name)));
}

function tensorsOf(program: Program, ports: readonly { readonly name: string; readonly tensor: number }[]): TensorSummary[] {
  return ports.map(({ name, tensor }) => ({ name, shape: program.tensors[tensor]?.shape ?? [] }));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function writeAll(folder: string, files: EmittedFiles): Promise<void> {
  for (const parent of new Set([...files.keys()].map((name) => path.dirname(path.join(folder, name))))) await makeFolder(parent);
  for (const [name, content] of files) await writeFileAtomically(path.join(folder, name), content);
}

function formatSummary(summary: Summary, folder: string): string {
  const { model, variant, size, parameters, gmacs, gflops } = summary;
  const tensors = (list: readonly TensorSummary[]) => list.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
  const rows = summary.files.map((file) => [path.join(folder, file.path), file.bytes.toLocaleString('en-US')]);
  return [
    `${variant === undefined ? model : `${model}, variant "${variant}",`} for one picture of ${formatImageSize(size)} (height x width), weights from ${summary.weights}\n`,
    `${parameters.toLocaleString('en-US')} parameters, ${gmacs.toFixed(3)} GMACs, ${gflops.toFixed(3)} GFLOPs\n`,
    `takes ${tensors(summary.inputs)}; gives ${tensors(summary.outputs)}; NHWC, float32, values in [-1, 1]\n\n`,
    formatTable([{ title: 'file' }, { title: 'bytes', align: 'right' }], [...rows, [path.join(folder, 'summary.json'), '']]),
    ...summary.notes.map((note) => `\n${note}`),
    summary.notes.length > 0 ? '\n' : '',
  ].join('');
}
