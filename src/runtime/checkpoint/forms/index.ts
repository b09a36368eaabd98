import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputFailure, largestHeld, readBytes } from '../../files/index.js';
import { readLayersModel } from './layers-model.js';
import { readOnnx } from './onnx.js';
import { readSafetensors } from './safetensors.js';
import { readSavedModel } from './savedmodel.js';
import type { StoredWeights } from './stored-weights.js';

export { type StoredWeights, type WeightForm, weightForms } from './stored-weights.js';

/**
 * Reads weights from whatever holds them; which of the forms it is, its content says.
 * @param given a file, or the folder of a SavedModel or LayersModel.
 * @throws RuntimeFailure when it is missing, damaged, or none of the forms.
 */
export async function readStoredWeights(given: string): Promise<StoredWeights> {
  const file = fileOf(given);
  const bytes = await readBytes(file, largestHeld);
  if (looksLikeSafetensors(bytes)) return readSafetensors(bytes, given);
  if (bytes[0] === 0x7b) return readLayersModel(file);
  if (isProtobuf(bytes)) return isSavedModel(bytes) ? readSavedModel(bytes, given) : readOnnx(bytes, given);
  const [, other] = otherKinds.find(([start]) => start.every((byte, i) => bytes[i] === byte)) ?? [];
  if (other === undefined) return readSafetensors(bytes, given);
  throw inputFailure(
    `${given}: is ${other}. Weights are read from safetensors files, and from ONNX models, SavedModels and LayersModels that mfnc wrote.`,
  );
}

/** The file of a folder that says what the folder is. */
function fileOf(given: string): string {
  if (!existsSync(given) || !statSync(given).isDirectory()) return given;
  const known = ['model.json', 'saved_model.pb'].map((name) => path.join(given, name)).find((file) => existsSync(file));
  if (known !== undefined) return known;
  throw inputFailure(
    `${given}: is a folder without model.json (a LayersModel of TensorFlow.js) or saved_model.pb (a SavedModel), so it holds no weights.`,
  );
}

/** Eight bytes with the length of the header, which is far below 2^48, then a JSON object. */
const looksLikeSafetensors = (bytes: Uint8Array): boolean => bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0x7b;

/** Field 1 of both kinds of protocol buffer is a small number: versions of ONNX's IR begin at 3, SavedModel's schema is 1. */
const isProtobuf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x08 && (bytes[1] ?? 0) < 0x80 && [0x12, 0x3a, 0x42].includes(bytes[2] ?? 0);

const isSavedModel = (bytes: Uint8Array): boolean => (bytes[1] ?? 0) < 3;

/** Beginnings of files that people take for weights. */
const otherKinds: readonly (readonly [readonly number[], string])[] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive, as PyTorch (.pt, .pth) and NumPy (.npz) write it'],
  [[0x89, 0x48, 0x44, 0x46], 'an HDF5 file, as Keras writes it'],
  [[0x80, 0x02], 'a pickle of Python, as old versions of PyTorch write it'],
  [[0x93, 0x4e, 0x55, 0x4d], 'an array of NumPy (.npy)'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG image'],
  [[0xff, 0xd8, 0xff], 'a JPEG image'],
];
