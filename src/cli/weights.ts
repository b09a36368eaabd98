import path from 'node:path';
import { type Command, Option } from 'commander';
import { lowerInference } from '../compiler/3-lower/index.js';
import { emit } from '../compiler/4-emit/index.js';
import {
  encodeWeights,
  hashTensors,
  readWeights,
  roundToHalf,
  type StoredType,
  storedTypes,
  type WeightForm,
  type WeightsFile,
  weightForms,
} from '../runtime/checkpoint/index.js';
import { makeFolder, writeFileAtomically } from '../runtime/files/index.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { parseImageSize, requireSupportedSize } from './image-size.js';
import { loadNetwork, mapOptionText } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { type Overriding, setOption } from './set-option.js';
import { formatTable } from './terminal/table.js';

const forms = Object.keys(weightForms) as readonly WeightForm[];
const whatIsRead = 'a safetensors file, an ONNX file, the folder of a SavedModel or of a LayersModel';

export function register(program: Command): void {
  const weights = program
    .command('weights')
    .summary('show weights, or bring them from one kind of file into another')
    .description(
      'Shows weights, or brings them from one kind of file into another. Names, shapes and values stay the same bit by bit, unless --type float16 rounds them.',
    )
    .addHelpText(
      'after',
      [
        '',
        'Weights of another library have other names and layouts. A name map beside the model, NET.weights.yaml for NET.mfn (or --map), leads them to its',
        'own; every command with --weights uses it. Each tensor of the file has to be a weight, an alias or ignored, and each weight needs a tensor:',
        '  tensors:',
        '    conv{n}.weight: net.f[{n + 1}].kernel from OIHW   # {n} is a number; layouts: OIHW, IOHW, O1HW (depthwise), OI, same',
        '    conv{n}.bias: net.f[{n + 1}].bias',
        '  aliases: { "blocks.0.*": "conv.*" }                 # the same tensors under a second name; * is any text',
        '  ignore: ["*.num_batches_tracked"]',
        '',
        'Example:',
        '  mfnc weights show models/weights/lw-drgn.safetensors',
        '',
        'mfnc weights COMMAND --help says more about each command.',
      ].join('\n'),
    );
  weights
    .command('show')
    .summary('list the tensors of a file with their hash')
    .description(
      'Lists the tensors of a file and the SHA-256 over their names, shapes and values. The hash is the same in every kind of file and in every order.',
    )
    .argument('<file>', whatIsRead)
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  mfnc weights show compiled/tfjs')
    .action(guarded(show));
  weights
    .command('convert')
    .summary('write the weights of a file as another kind of file')
    .description('Reads weights, whatever kind of file they are in, and writes them as another.')
    .argument('<file>', `${whatIsRead}, written by mfnc; or any safetensors file`)
    .requiredOption('-o, --output <path>', 'file to write, or folder of a SavedModel or LayersModel')
    .option('--to <kind>', `what to write: ${forms.join(', ')}; by default what the end of the output's name says`)
    .addOption(
      new Option('--type <type>', 'how values are stored in a safetensors file; float16 takes half the bytes and rounds them')
        .choices(Object.keys(storedTypes))
        .default('float32'),
    )
    .option('--model <file>', '.mfn source: the weights are compared with it; needed for all but safetensors')
    .option('--map <file>', mapOptionText)
    .option('--size <HxW>', 'height and width of the pictures of an ONNX model or SavedModel', '256x256')
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      [
        '',
        "A LayersModel that was trained on in TensorFlow.js and saved with model.save() can be read as well: its weights come back under mfnc's names.",
        '',
        'Examples:',
        '  mfnc weights convert compiled/lw-drgn.onnx -o weights.safetensors',
        '  mfnc weights convert weights.safetensors -o page/model --to tfjs --model models/lw-drgn.mfn',
        '  mfnc weights convert pytorch.safetensors -o weights.safetensors --model models/zoo/zero-dce.mfn',
      ].join('\n'),
    )
    .action(guarded(convert));
}

async function show(file: string, { json }: { readonly json?: boolean }): Promise<void> {
  const weights = await readWeights(file);
  process.stdout.write(json === true ? `${JSON.stringify(asJSON(weights), undefined, 2)}\n` : asText(weights));
}

interface ConvertOptions extends ErrorLimit, Overriding {
  readonly output: string;
  readonly to?: string;
  readonly type: StoredType;
  readonly model?: string;
  readonly map?: string;
  readonly size: string;
  readonly json?: boolean;
}

async function convert(file: string, options: ConvertOptions): Promise<void> {
  const form = chosenForm(options);
  if (form !== 'safetensors' && options.type !== 'float32')
    throw new CommandFailure(2, `--type ${options.type} is for safetensors files`, `${weightForms[form]} keeps float32`);
  const { files, hash, count } = form === 'safetensors' ? await toSafetensors(file, options) : await toModel(file, form, options);
  // The files lie in the output itself: one file, or what belongs into the folder.
  for (const [name, content] of files) {
    const target = name === '' ? options.output : path.join(options.output, name);
    await makeFolder(path.dirname(target));
    await writeFileAtomically(target, content);
  }
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ output: options.output, form, tensors: count, sha256: hash }, undefined, 2)}\n`
      : `${count} tensors as ${weightForms[form]} in ${options.output}, SHA-256 ${hash}\n`,
  );
}

function chosenForm({ to, output }: ConvertOptions): WeightForm {
  const named = to ?? { '.safetensors': 'safetensors', '.onnx': 'onnx' }[path.extname(output).toLowerCase()];
  const form = forms.find((candidate) => candidate === named);
  if (form !== undefined) return form;
  throw new CommandFailure(
    2,
    named === undefined ? `what to write to ${output}?` : `--to has no '${named}'`,
    `the kinds are ${forms.join(', ')}${named === undefined ? '; give one with --to' : ''}`,
  );
}

interface Converted {
  /** By path below the output; the empty path is the output itself. */
  readonly files: ReadonlyMap<string, string | Uint8Array | Uint8Array[]>;
  readonly hash: string;
  readonly count: number;
}

async function toSafetensors(file: string, options: ConvertOptions): Promise<Converted> {
  const { model, map } = options;
  if (model === undefined && map !== undefined)
    throw new CommandFailure(2, '--map leads to the weights of a model', 'name its source with --model');
  const { owner, tensors: exact } = model === undefined ? await asStored(file) : await asOfModel(file, model, options);
  const tensors = options.type === 'float16' ? roundToHalf(exact, file) : exact;
  return { files: new Map([['', encodeWeights(owner, tensors, options.type)]]), hash: hashTensors(tensors), count: tensors.size };
}

async function asStored(file: string) {
  const stored = await readWeights(file);
  return { owner: stored, tensors: stored.tensors };
}

async function asOfModel(file: string, model: string, options: ConvertOptions) {
  const { ir, weights } = await loadNetwork(model, file, options);
  return { owner: { model: ir.model.name, variant: ir.variant?.name, parameters: ir.model.parameters }, tensors: weights };
}

async function toModel(file: string, form: Exclude<WeightForm, 'safetensors'>, options: ConvertOptions): Promise<Converted> {
  const { model, size } = options;
  if (model === undefined) throw new CommandFailure(2, `${weightForms[form]} holds the network too`, 'name its source with --model');
  const { ir, sources, weights } = await loadNetwork(model, file, options);
  const pictures = parseImageSize(size);
  requireSupportedSize(ir, pictures);
  const program = lowerInference(ir, { batch: 1, ...pictures }, sources);
  const hash = hashTensors(weights);
  const { files } = emit([form], { name: 'model', ir, program, weights, weightsHash: hash, sources });
  const named = [...files].map(([name, content]) => [form === 'onnx' ? '' : name.slice(`${form}/`.length), content] as const);
  return { files: new Map(named), hash, count: weights.size };
}

function asJSON({ path: file, form, model, variant, parameters, tensors }: WeightsFile) {
  return {
    file,
    form,
    model,
    variant,
    parameters,
    values: valuesIn(tensors),
    sha256: hashTensors(tensors),
    tensors: [...tensors].map(([name, { shape }]) => ({ name, shape })),
  };
}

function asText({ path: file, form, model, variant, parameters, tensors }: WeightsFile): string {
  const owner =
    model === undefined
      ? 'it does not say of which model'
      : `of ${[model, ...(variant === undefined ? [] : [`variant "${variant}"`]), ...describe(parameters)].join(', ')}`;
  const rows = [...tensors].map(([name, { shape, values }]) => [name, `[${shape.join(', ')}]`, values.length.toLocaleString('en-US')]);
  return [
    `${file}: ${weightForms[form]}, ${owner}\n\n`,
    formatTable([{ title: 'tensor' }, { title: 'shape' }, { title: 'values', align: 'right' }], rows),
    `\n${tensors.size} tensors, ${valuesIn(tensors).toLocaleString('en-US')} values, SHA-256 ${hashTensors(tensors)}\n`,
  ].join('');
}

const describe = (parameters: WeightsFile['parameters']): string[] =>
  Object.entries(parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);

const valuesIn = (tensors: WeightsFile['tensors']): number => [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
