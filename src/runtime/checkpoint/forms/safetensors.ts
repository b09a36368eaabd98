import { decodeSafetensors } from '../safetensors.js';
import { parseJSON, readParameters, type StoredWeights } from './stored-weights.js';

/** Weights of a safetensors file, of mfnc or not. @throws RuntimeFailure when it is damaged. */
export function readSafetensors(bytes: Uint8Array, path: string): StoredWeights {
  const { metadata, tensors } = decodeSafetensors(bytes, path);
  const parameters = metadata.parameters === undefined ? {} : readParameters(parseJSON(metadata.parameters) ?? null, path);
  return { form: 'safetensors', model: metadata.model, variant: metadata.variant, parameters, sha256: metadata.sha256, tensors };
}
