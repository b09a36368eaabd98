import { createHash } from 'node:crypto';
import { listWeights } from '../../compiler/3-lower/index.js';
import type { IR, ParameterValue } from '../../compiler/ir/ir.js';
import { isParameterValue } from '../../compiler/ir/parameter-value.js';
import type { HostTensor } from '../engines/engine.js';
import { inputFailure, mfncVersion, readBytes, writeFileAtomically } from '../files/index.js';
import { decodeSafetensors, encodeSafetensors, littleEndianBytes } from './safetensors.js';

/** A weights file: the trained tensors of one model, by path, and what they belong to. */
export interface WeightsFile {
  readonly path: string;
  /** Name of the model; undefined in a safetensors file that mfnc did not write. */
  readonly model: string | undefined;
  /** Parameters the model had, `{ width: 64 }`. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** Largest weights file that is read, in bytes; Node reads no larger file at once. */
const largestFile = 2 ** 31 - 1;

/** SHA-256 over names, shapes and values, in hexadecimal. Equal hashes mean equal weights. */
export function hashTensors(tensors: ReadonlyMap<string, HostTensor>): string {
  const hash = createHash('sha256');
  for (const [name, { shape, values }] of tensors) hash.update(`${name}:${shape.join('x')};`).update(littleEndianBytes(values));
  return hash.digest('hex');
}

/**
 * Writes the weights of a model (not those of a stage's discriminators) as safetensors: float32, filters HWIO, names are paths.
 * `__metadata__` holds the model's name and parameters, a hash and the version of mfnc.
 * @throws RuntimeFailure
 */
export async function writeWeights(path: string, ir: IR, weights: ReadonlyMap<string, HostTensor>): Promise<void> {
  const tensors = new Map(listWeights(ir).map((weight) => [weight.path, weights.get(weight.path) as HostTensor]));
  const metadata = {
    format: 'mfnc',
    mfnc: mfncVersion,
    model: ir.model.name,
    parameters: JSON.stringify(ir.model.parameters),
    filters: 'HWIO',
    sha256: hashTensors(tensors),
  };
  await writeFileAtomically(path, encodeSafetensors({ metadata, tensors }));
}

/** Reads a weights file. @throws RuntimeFailure when it is missing, damaged or no safetensors file. */
export async function readWeights(path: string): Promise<WeightsFile> {
  const { metadata, tensors } = decodeSafetensors(await readBytes(path, largestFile), path);
  if (metadata.sha256 !== undefined && metadata.sha256 !== hashTensors(tensors)) {
    throw inputFailure(`${path}: its values do not match the hash it carries, so the file was damaged or edited. Copy it again.`);
  }
  return { path, model: metadata.model, parameters: readParameters(metadata.parameters, path), tensors };
}

function readParameters(json: string | undefined, path: string): Record<string, ParameterValue> {
  if (json === undefined) return {};
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isParameterValue))
      return { ...value };
  } catch {
    // Said below: the metadata is unusable either way.
  }
  throw inputFailure(`${path}: the parameters in its metadata are not a JSON object of numbers, texts and lists of these.`);
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
    ].join('\n'),
  );
}

function describeOwner(file: WeightsFile): string {
  if (file.model === undefined) return 'another network';
  const parameters = describeParameters(file.parameters);
  return parameters === '' ? file.model : `${file.model} (${parameters})`;
}

function describeModel(ir: IR): string {
  const parameters = describeParameters(ir.model.parameters);
  return parameters === '' ? ir.model.name : `${ir.model.name} (${parameters})`;
}

function describeParameters(parameters: Readonly<Record<string, ParameterValue>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
