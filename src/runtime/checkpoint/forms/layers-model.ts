import path from 'node:path';
import { elementCount } from '../../../compiler/ir/dimension.js';
import type { HostTensor } from '../../engines/engine.js';
import { inputFailure, largestHeld, readBytes, readText } from '../../files/index.js';
import { fromHalfFloats } from '../number-types.js';
import { floatsOf } from '../safetensors.js';
import { damagedForm, foreignForm, isRecord, isShape, parseJSON, readDescription, type StoredWeights } from './stored-weights.js';

const largestModelJson = 2 ** 26;

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly elementBytes: 2 | 4;
}

/**
 * Weights of a LayersModel that mfnc wrote, or that TensorFlow.js saved after it had loaded (and trained) one.
 * @param file its model.json.
 * @throws RuntimeFailure when a file is missing or damaged, or when the model was made by another program.
 */
export async function readLayersModel(file: string): Promise<StoredWeights> {
  const model = parseJSON(await readText(file, largestModelJson));
  if (!isRecord(model)) throw damagedForm(file, 'tfjs', 'it is not a JSON object');
  if (!isRecord(model.modelTopology)) throw inputFailure(`${file}: is JSON, but no model.json of TensorFlow.js: it has no modelTopology.`);
  const { weightsManifest, userDefinedMetadata, generatedBy, mfnc } = model;
  const description = isRecord(userDefinedMetadata) ? userDefinedMetadata.mfnc : undefined;
  if (!isRecord(description) || !isRecord(description.weights))
    throw foreignForm(file, 'tfjs', typeof generatedBy === 'string' ? generatedBy : '');
  if (!Array.isArray(weightsManifest)) throw damagedForm(file, 'tfjs', 'it has no weightsManifest');
  const stored = new Map<string, HostTensor>();
  for (const group of weightsManifest as unknown[]) {
    for (const [name, tensor] of await readGroup(file, group)) stored.set(name, tensor);
  }
  const tensors = Object.entries(description.weights).map(([name, weightPath]) => {
    const tensor = stored.get(name);
    if (tensor === undefined || typeof weightPath !== 'string') throw damagedForm(file, 'tfjs', `it has no tensor ${name}`);
    return [weightPath, tensor] as const;
  });
  const hash = isRecord(mfnc) ? { sha256: mfnc.sha256 } : {};
  return { form: 'tfjs', ...readDescription({ ...description, ...hash }, file), tensors: new Map(tensors) };
}

async function readGroup(file: string, group: unknown): Promise<[string, HostTensor][]> {
  if (!isRecord(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights)) {
    throw damagedForm(file, 'tfjs', 'a group of its weightsManifest lacks paths or weights');
  }
  const entries = (group.weights as unknown[]).map((weight) => readEntry(file, weight));
  const shards: Buffer[] = [];
  for (const shard of group.paths as unknown[]) {
    // A model is a folder: a path that leads out of it is not followed.
    if (typeof shard !== 'string' || path.basename(shard) !== shard) {
      throw damagedForm(file, 'tfjs', `its file of weights ${JSON.stringify(shard)} does not lie beside it`);
    }
    shards.push(await readBytes(path.join(path.dirname(file), shard), largestHeld));
  }
  const data = Buffer.concat(shards);
  const needed = entries.reduce((sum, { shape, elementBytes }) => sum + elementBytes * elementCount(shape), 0);
  if (data.length !== needed) {
    throw damagedForm(file, 'tfjs', `its weights need ${needed} bytes, ${data.length} are there`);
  }
  let position = 0;
  return entries.map(({ name, shape, elementBytes }) => {
    const bytes = data.subarray(position, position + elementBytes * elementCount(shape));
    position += bytes.length;
    return [name, { shape, values: elementBytes === 4 ? floatsOf(bytes) : fromHalfFloats(bytes) }];
  });
}

function readEntry(file: string, weight: unknown): ManifestEntry {
  if (!isRecord(weight) || typeof weight.name !== 'string' || !isShape(weight.shape)) {
    throw damagedForm(file, 'tfjs', 'an entry of its weightsManifest lacks name or shape');
  }
  const { name, shape, dtype, quantization } = weight;
  const stored = isRecord(quantization) ? quantization.dtype : dtype;
  if (dtype !== 'float32' || (stored !== 'float32' && stored !== 'float16')) {
    throw damagedForm(file, 'tfjs', `${name} is stored as ${String(stored)}; mfnc reads float32 and float16`);
  }
  return { name, shape, elementBytes: stored === 'float16' ? 2 : 4 };
}
