import { createHash } from 'node:crypto';
import { listWeights } from '../../compiler/3-lower/index.js';
import type { IR, ParameterValue } from '../../compiler/ir/ir.js';
import { modelTitle } from '../../compiler/ir/model-title.js';
import type { HostTensor } from '../engines/engine.js';
import { inputFailure, mfncVersion, writeFileAtomically } from '../files/index.js';
import { readStoredWeights, type WeightForm } from './forms/index.js';
import { hashBytes } from './hash-bytes.js';
import { fromHalfFloats, largestHalf, toHalfFloats } from './number-types.js';
import { encodeSafetensors, littleEndianBytes, type StoredType } from './safetensors.js';

/** Weights that were read: the trained tensors of one model, by path, and what they belong to. */
export interface WeightsFile {
  readonly path: string;
  readonly form: WeightForm;
  /** Name of the model; undefined in a safetensors file that mfnc did not write. */
  readonly model: string | undefined;
  /** Name of the variant of the model; undefined where it is none. */
  readonly variant?: string | undefined;
  /** Parameters the model had, `{ width: 64 }`. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** SHA-256 over names, shapes and values, in hexadecimal. Equal hashes mean equal weights, in whatever order and form they are kept. */
export function hashTensors(tensors: ReadonlyMap<string, HostTensor>): string {
  return hashInOrder([...tensors].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hashInOrder(tensors: Iterable<readonly [string, HostTensor]>): string {
  const hash = createHash('sha256');
  for (const [name, { shape, values }] of tensors) hashBytes(hash.update(`${name}:${shape.join('x')};`), littleEndianBytes(values));
  return hash.digest('hex');
}

/** The network that weights belong to. */
export type WeightsOwner = Pick<WeightsFile, 'model' | 'variant' | 'parameters'>;

/**
 * Writes the weights of a model (not those of a stage's discriminators) as safetensors: float32, filters HWIO, names are paths.
 * `__metadata__` holds the model's name, variant and parameters, a hash and the version of mfnc.
 * @throws RuntimeFailure
 */
export async function writeWeights(path: string, ir: IR, weights: ReadonlyMap<string, HostTensor>): Promise<void> {
  const tensors = new Map(listWeights(ir).map((weight) => [weight.path, weights.get(weight.path) as HostTensor]));
  const { name, parameters } = ir.model;
  await writeFileAtomically(path, encodeWeights({ model: name, variant: ir.variant?.name, parameters }, tensors));
}

/**
 * The values that half precision leaves of weights, as float32.
 * @throws RuntimeFailure that names the first tensor with a value beyond its range.
 */
export function roundToHalf(tensors: ReadonlyMap<string, HostTensor>, path: string): Map<string, HostTensor> {
  return new Map(
    [...tensors].map(([name, { shape, values }]) => {
      const beyond = values.find((value) => !(Math.abs(value) <= largestHalf));
      if (beyond !== undefined)
        throw inputFailure(`${path}: ${name} holds ${beyond}; float16 ends at ${largestHalf}. Leave these weights in float32.`);
      return [name, { shape, values: fromHalfFloats(toHalfFloats(values)) }];
    }),
  );
}

/**
 * A safetensors file with weights and what they belong to, in pieces.
 * @param type in which the values are stored: `float16` only for what `roundToHalf` gave, so that the hash is of what is read back.
 */
export function encodeWeights(
  { model, variant, parameters }: WeightsOwner,
  tensors: ReadonlyMap<string, HostTensor>,
  type: StoredType = 'float32',
): Uint8Array[] {
  const metadata = {
    format: 'mfnc',
    mfnc: mfncVersion,
    ...(model !== undefined && { model, ...(variant !== undefined && { variant }), parameters: JSON.stringify(parameters) }),
    filters: 'HWIO',
    sha256: hashTensors(tensors),
  };
  return encodeSafetensors({ metadata, tensors }, type);
}

/**
 * Reads weights: a safetensors file, or an ONNX model, SavedModel or LayersModel that mfnc wrote.
 * @throws RuntimeFailure when it is missing, damaged or something else.
 */
export async function readWeights(path: string): Promise<WeightsFile> {
  const { sha256, ...stored } = await readStoredWeights(path);
  // Files of the first versions carry the hash of the tensors in the file's order.
  if (sha256 !== undefined && sha256 !== hashTensors(stored.tensors) && sha256 !== hashInOrder(stored.tensors)) {
    throw inputFailure(`${path}: its values do not match the hash it carries, so the file was damaged or edited. Copy it again.`);
  }
  return { path, ...stored };
}

/**
 * Picks the tensors that the model wants from a weights file.
 * @returns every weight of the model by path, in the IR's order.
 * @throws RuntimeFailure that names the first differences when the file holds the weights of another model.
 */
export function matchWeights(file: WeightsFile, ir: IR): Map<string, HostTensor> {
  const wanted = listWeights(ir);
  const names = new Set(wanted.map(({ path }) => path));
  const missing = wanted.filter(({ path }) => !file.tensors.has(path));
  const unexpected = [...file.tensors.keys()].filter((name) => !names.has(name));
  const reshaped = wanted.filter(({ path, shape }) => {
    const found = file.tensors.get(path);
    return found !== undefined && !sameShape(found.shape, shape);
  });
  if (missing.length + unexpected.length + reshaped.length === 0) {
    return new Map(wanted.map(({ path }) => [path, file.tensors.get(path) as HostTensor]));
  }
  const differences = [
    ...reshaped.map(
      ({ path, shape }) =>
        `${path} is [${file.tensors.get(path)?.shape.join(', ')}] in the file, ${ir.model.name} wants [${shape.join(', ')}]`,
    ),
    ...missing.map(({ path, shape }) => `${path} [${shape.join(', ')}] is missing from the file`),
    ...unexpected.map((name) => `${name} [${file.tensors.get(name)?.shape.join(', ')}] has no place in ${ir.model.name}`),
  ];
  throw inputFailure(
    [
      `${file.path}: holds the weights of ${describeOwner(file)}, not of ${describeModel(ir)}.`,
      ...differences.slice(0, 3).map((line) => `  ${line}`),
      `  in all: ${reshaped.length} tensors of another shape, ${missing.length} missing, ${unexpected.length} unexpected.`,
      'Give the model that these weights were trained for, or weights of this model.',
      ...(file.model === undefined
        ? ['If they are of this network under other names, a name map says which is which (mfnc weights --help).']
        : []),
    ].join('\n'),
  );
}

function describeOwner(file: WeightsFile): string {
  if (file.model === undefined) return 'another network';
  const parameters = describeParameters(file.parameters);
  const name = file.variant === undefined ? file.model : `${file.model}, variant "${file.variant}"`;
  return parameters === '' ? name : `${name} (${parameters})`;
}

function describeModel(ir: IR): string {
  const parameters = describeParameters(ir.model.parameters);
  return parameters === '' ? modelTitle(ir) : `${modelTitle(ir)} (${parameters})`;
}

function describeParameters(parameters: Readonly<Record<string, ParameterValue>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
