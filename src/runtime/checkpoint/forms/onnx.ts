import { areApplicable, type Step, sourcePositions } from '../../../compiler/4-emit/onnx/derivation.js';
import { weightsMetadataKey } from '../../../compiler/4-emit/onnx/index.js';
import { dataTypes, decodeStoredTensors, type StoredTensor } from '../../../compiler/4-emit/onnx/messages.js';
import { elementCount } from '../../../compiler/ir/dimension.js';
import type { HostTensor } from '../../engines/engine.js';
import { floatsOf } from '../safetensors.js';
import { damagedForm, foreignForm, isRecord, isShape, parseJSON, readDescription, type StoredWeights } from './stored-weights.js';

type Model = ReturnType<typeof decodeStoredTensors>;

/**
 * Weights of an ONNX model that mfnc wrote. Its initialisers stand in the layout and the pieces in which the graph uses them; the metadata says
 * which element of which weight each of their elements is.
 * @throws RuntimeFailure when the file is damaged or was written by another program.
 */
export function readOnnx(bytes: Uint8Array, path: string): StoredWeights {
  const model = decode(bytes, path);
  const text = model.metadata.get(weightsMetadataKey);
  if (text === undefined) throw foreignForm(path, 'onnx', model.producer);
  const description = parseJSON(text);
  if (!isRecord(description) || !isRecord(description.weights))
    throw damagedForm(path, 'onnx', 'its metadata does not say what its weights are');
  const tensors = Object.entries(description.weights).map(([name, stored]) => [name, assemble(name, stored, model, path)] as const);
  return { form: 'onnx', ...readDescription(description, path), tensors: new Map(tensors) };
}

function decode(bytes: Uint8Array, path: string): Model {
  try {
    return decodeStoredTensors(bytes);
  } catch {
    throw damagedForm(path, 'onnx', 'it ends too early or was changed');
  }
}

function assemble(name: string, stored: unknown, model: Model, path: string): HostTensor {
  const damaged = (what: string) => damagedForm(path, 'onnx', `${what} of ${name}`);
  if (!isRecord(stored) || !isShape(stored.shape) || !Array.isArray(stored.parts))
    throw damaged('its metadata lacks the shape or the parts');
  const shape = stored.shape;
  const available = [...model.tensors.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (4 * elementCount(shape) > available) throw damaged('the file is too short for the values');
  const values = new Float32Array(elementCount(shape));
  const isGiven = new Uint8Array(values.length);
  for (const part of stored.parts as unknown[]) {
    const tensor = isRecord(part) ? model.tensors.get(String(part.tensor)) : undefined;
    if (!isRecord(part) || !isStepList(part.steps) || !areApplicable(shape, part.steps) || tensor === undefined)
      throw damaged('there is no tensor for a part');
    const positions = sourcePositions(shape, part.steps);
    const found = floats(tensor);
    if (found?.length !== positions.length) throw damaged('a part has another size than the metadata says');
    for (const [i, position] of positions.entries()) {
      values[position] = found[i] as number;
      isGiven[position] = 1;
    }
  }
  if (isGiven.includes(0)) throw damaged('there are no values for a part');
  return { shape, values };
}

const floats = ({ dataType, bytes }: StoredTensor): Float32Array | undefined =>
  dataType === dataTypes.float && bytes.length % 4 === 0 ? floatsOf(bytes) : undefined;

const isSlice = (value: unknown): boolean =>
  isRecord(value) && ['axis', 'start', 'count', 'step'].every((key) => Number.isInteger(value[key])) && Number(value.count) >= 0;

const isStepList = (value: unknown): value is Step[] =>
  Array.isArray(value) &&
  value.every(
    (step: unknown) =>
      isRecord(step) && (isShape(step.transpose) || isShape(step.reshape) || (Array.isArray(step.slice) && step.slice.every(isSlice))),
  );
