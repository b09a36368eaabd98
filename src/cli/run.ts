import { type Command, Option } from 'commander';
import { listWeights, type Precision } from '../compiler/3-lower/index.js';
import { decodeSafetensors, encodeSafetensors } from '../runtime/checkpoint/index.js';
import { type EngineChoice, engineChoices, type HostTensor } from '../runtime/engines/index.js';
import { largestHeld, mfncVersion, readBytes, writeFileAtomically } from '../runtime/files/index.js';
import { type AssignedTensors, assignTensors, type ImageLayout, imageLayouts, runModel, toImageLayout } from '../runtime/tensors/index.js';
import { requireIR } from './analyze-file.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { loadNetwork, mapOptionText, type Network } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { precisionOption } from './precision-option.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, overridesOf, setOption } from './set-option.js';
import { formatTable } from './terminal/table.js';

interface Options extends ErrorLimit, Overriding {
  readonly weights?: string;
  readonly map?: string;
  readonly inputs: string;
  readonly output: string;
  readonly layout?: ImageLayout;
  readonly engine: EngineChoice;
  readonly precision: Precision;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('run')
    .summary('run a model on tensors')
    .description('Runs a model on the tensors of a safetensors file and writes its outputs as another.')
    .argument('<file>', '.mfn source with a model, or FILE#VARIANT')
    .option('--weights <file>', 'trained weights (see mfnc weights --help); needed unless the model has none')
    .option('--map <file>', mapOptionText)
    .requiredOption('--inputs <file>', 'safetensors file with a tensor for each input of the model')
    .requiredOption('-o, --output <file>', 'safetensors file to write the outputs to')
    .addOption(new Option('--layout <order>', 'axes of tensors whose names do not say it, and of the outputs').choices(imageLayouts))
    .addOption(new Option('--engine <name>', 'engine to run on').choices(engineChoices).default('auto'))
    .addOption(precisionOption().default('float32'))
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print what was read and written as JSON')
    .addHelpText(
      'after',
      [
        '',
        'A tensor is named as the input it is for; `input` stands for the only input, `output` for the only output. An end _nchw or _nhwc says the order of',
        'its axes; without one it is what --layout says, else the `layout` in the metadata of the file, else NHWC. Outputs are named as in the model, or',
        '`output` where the file says `input`, in the layout of --layout, else in that of the first input; NCHW adds _nchw to their names.',
        'Tensors of the file that are named as outputs are compared with them, and the largest difference is printed. Nothing is padded: a size that the',
        'network does not take is refused.',
        '',
        'Example:',
        '  mfnc run models/zoo/zero-dce.mfn --weights zero-dce.safetensors --inputs inputs.safetensors -o outputs.safetensors',
      ].join('\n'),
    )
    .action(guarded(run));
}

/** A tensor that was read or written, for the summary. */
interface TensorSummary {
  readonly tensor: string;
  readonly port: string;
  readonly layout: ImageLayout;
  /** As it is in the file. */
  readonly shape: readonly number[];
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  /** Largest difference from the tensor of the inputs that is named as this output. */
  readonly difference?: number;
}

async function run(file: string, options: Options): Promise<void> {
  const { ir, sources, weights } = await networkOf(file, options);
  const { metadata, tensors } = decodeSafetensors(await readBytes(options.inputs, largestHeld), options.inputs);
  const given = assignTensors(options.inputs, tensors, ir, options.layout ?? layoutIn(metadata, options.inputs) ?? 'nhwc');
  const engine = await requireEngine(options.engine, options.precision);
  const feeds = new Map(given.inputs.map(({ port, tensor }) => [port, tensor]));
  const results = await runModel({ ir, sources, weights, engine, precision: options.precision }, feeds);
  const layout = options.layout ?? given.inputs[0]?.layout ?? 'nhwc';
  const outputs = [...results].map(([port, tensor]) => {
    const isNCHW = layout === 'nchw' && tensor.shape.length === 4;
    const name = given.plainNames && results.size === 1 ? 'output' : port;
    return { name: isNCHW ? `${name}_nchw` : name, port, layout: isNCHW ? layout : ('nhwc' as const), tensor };
  });
  const written = new Map(outputs.map(({ name, tensor }) => [name, toImageLayout(tensor, layout)]));
  const about = { format: 'mfnc', mfnc: mfncVersion, model: ir.model.name };
  await writeFileAtomically(options.output, encodeSafetensors({ metadata: about, tensors: written }));
  const summary = {
    model: ir.model.name,
    engine: engine.name,
    precision: options.precision,
    inputs: given.inputs.map(summaryOf),
    outputs: outputs.map((output) => withDifference(summaryOf(output), output.tensor, given)),
    output: options.output,
  };
  process.stdout.write(options.json === true ? `${JSON.stringify(summary, undefined, 2)}\n` : asText(summary));
}

async function networkOf(file: string, options: Options): Promise<Network> {
  if (options.weights !== undefined) return loadNetwork(file, options.weights, options);
  const { ir, sources } = requireIR(file, overridesOf(options), options);
  const count = listWeights(ir).length;
  if (count === 0) return { ir, sources, weights: new Map() };
  throw new CommandFailure(2, `${file}: ${ir.model.name} has ${count} weights, so it needs --weights`, 'mfnc train makes some');
}

function layoutIn({ layout }: Readonly<Record<string, string>>, file: string): ImageLayout | undefined {
  const known = imageLayouts.find((each) => each === layout?.toLowerCase());
  if (layout === undefined || known !== undefined) return known;
  throw new CommandFailure(2, `${file}: its metadata says the layout '${layout}'`, `the layouts are ${imageLayouts.join(' and ')}`);
}

function summaryOf({ name, port, layout, tensor }: AssignedTensors['inputs'][number]): TensorSummary {
  const { values } = tensor;
  const { shape } = toImageLayout({ shape: tensor.shape, values }, layout);
  let [minimum, maximum, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    sum += value;
  }
  return { tensor: name, port, layout, shape, minimum, maximum, mean: sum / values.length };
}

function withDifference(summary: TensorSummary, { shape, values }: HostTensor, { expected }: AssignedTensors): TensorSummary {
  const wanted = expected.find(({ port }) => port === summary.port)?.tensor;
  if (wanted === undefined) return summary;
  if (wanted.shape.join() !== shape.join()) return { ...summary, difference: Number.POSITIVE_INFINITY };
  const difference = values.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (wanted.values[i] ?? 0))), 0);
  return { ...summary, difference };
}

function asText({
  model,
  engine,
  precision,
  inputs,
  outputs,
  output,
}: {
  readonly model: string;
  readonly engine: string;
  readonly precision: Precision;
  readonly inputs: readonly TensorSummary[];
  readonly outputs: readonly TensorSummary[];
  readonly output: string;
}): string {
  const number = (value: number): string => value.toPrecision(4);
  const rows = [...inputs, ...outputs].map((each, i) => [
    i < inputs.length ? 'in' : 'out',
    each.port,
    each.tensor,
    `[${each.shape.join(', ')}]`,
    ...[each.minimum, each.maximum, each.mean].map(number),
  ]);
  const right = { align: 'right' } as const;
  const columns = [
    { title: '' },
    ...['port', 'tensor', 'shape'].map((title) => ({ title })),
    ...['least', 'greatest', 'mean'].map((title) => ({ title, ...right })),
  ];
  const compared = outputs.flatMap(({ tensor, difference }) => {
    if (difference === undefined) return [];
    return [
      difference === Number.POSITIVE_INFINITY
        ? `${tensor} has another shape than in the file of the inputs`
        : `${tensor} differs from that in the file of the inputs by at most ${difference.toExponential(2)}`,
    ];
  });
  return [
    `${model} on ${engine}, ${precision}\n\n`,
    formatTable(columns, rows),
    ...compared.map((line) => `\n${line}\n`),
    `\n${output}\n`,
  ].join('');
}
