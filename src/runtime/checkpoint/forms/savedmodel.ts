import { weightPathAttribute } from '../../../compiler/4-emit/savedmodel/graph.js';
import { descriptionInVersion } from '../../../compiler/4-emit/savedmodel/index.js';
import { dataTypes, decodeConstants } from '../../../compiler/4-emit/savedmodel/messages.js';
import { elementCount } from '../../../compiler/ir/dimension.js';
import { floatsOf } from '../safetensors.js';
import { damagedForm, foreignForm, isRecord, parseJSON, readDescription, type StoredWeights } from './stored-weights.js';

/**
 * Weights of a SavedModel that mfnc wrote: constants of the graph, each with its path as an attribute.
 * @param bytes of saved_model.pb.
 * @throws RuntimeFailure when the file is damaged or was written by another program.
 */
export function readSavedModel(bytes: Uint8Array, path: string): StoredWeights {
  const { version, constants } = decode(bytes, path);
  const text = descriptionInVersion(version);
  if (text === undefined) throw foreignForm(path, 'savedmodel', '');
  const description = parseJSON(text);
  if (!isRecord(description)) throw damagedForm(path, 'savedmodel', 'it does not say whose weights it holds');
  const tensors = constants.flatMap(({ dtype, shape, bytes: content, texts }) => {
    const name = texts.get(weightPathAttribute);
    if (name === undefined) return [];
    if (dtype !== dataTypes.float || content.length !== 4 * elementCount(shape)) {
      throw damagedForm(
        path,
        'savedmodel',
        `${name} [${shape.join(', ')}] needs ${4 * elementCount(shape)} bytes, ${content.length} are there`,
      );
    }
    return [[name, { shape, values: floatsOf(content) }] as const];
  });
  return { form: 'savedmodel', ...readDescription(description, path), tensors: new Map(tensors) };
}

function decode(bytes: Uint8Array, path: string): ReturnType<typeof decodeConstants> {
  try {
    return decodeConstants(bytes);
  } catch {
    throw damagedForm(path, 'savedmodel', 'it ends too early or was changed');
  }
}
