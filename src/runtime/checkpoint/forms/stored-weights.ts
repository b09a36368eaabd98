import type { ParameterValue } from '../../../compiler/ir/ir.js';
import { isParameterValue } from '../../../compiler/ir/parameter-value.js';
import type { HostTensor } from '../../engines/engine.js';
import { inputFailure } from '../../files/index.js';

/** Kinds of files that weights are kept in, and what they are called in messages. */
export const weightForms = {
  safetensors: 'a safetensors file',
  onnx: 'an ONNX model',
  savedmodel: 'a SavedModel of TensorFlow',
  tfjs: 'a LayersModel of TensorFlow.js',
} as const;
export type WeightForm = keyof typeof weightForms;

/** What was read, before the hash is checked. */
export interface StoredWeights {
  readonly form: WeightForm;
  /** Name of the model; undefined where the file does not say it. */
  readonly model: string | undefined;
  /** Name of the variant of the model; undefined where it is none. */
  readonly variant?: string | undefined;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Hash that the file carries. */
  readonly sha256: string | undefined;
  /** By path, filters HWIO. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** A file of the form that is cut, or whose parts contradict each other. */
export function damagedForm(path: string, form: WeightForm, what: string): Error {
  return inputFailure(`${path}: is not a usable ${weightForms[form].replace(/^an? /, '')}: ${what}.`);
}

/** A file of the form that is whole, but does not say which tensor is which weight. */
export function foreignForm(path: string, form: WeightForm, writer: string): Error {
  return inputFailure(
    `${path}: is ${weightForms[form]}${writer === '' ? '' : ` written by ${writer}`}, not by mfnc, so it does not say which of its tensors is which weight. ` +
      "Weights are read from safetensors files, and from what 'mfnc compile' writes.",
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** The parameters of a model, as metadata carries them. @throws RuntimeFailure for anything else. */
export function readParameters(value: unknown, path: string): Record<string, ParameterValue> {
  if (value === undefined) return {};
  if (isRecord(value)) {
    const entries = Object.entries(value).flatMap(([name, parameter]) => (isParameterValue(parameter) ? [[name, parameter] as const] : []));
    if (entries.length === Object.keys(value).length) return Object.fromEntries(entries);
  }
  throw inputFailure(`${path}: the parameters in its metadata are not a JSON object of numbers, texts and lists of these.`);
}

/** Owner and hash out of the description that an artefact carries. */
export function readDescription(
  description: Record<string, unknown>,
  path: string,
): Pick<StoredWeights, 'model' | 'variant' | 'parameters' | 'sha256'> {
  const { model, variant, parameters, sha256 } = description;
  return {
    model: typeof model === 'string' ? model : undefined,
    ...(typeof variant === 'string' && { variant }),
    parameters: readParameters(parameters, path),
    sha256: typeof sha256 === 'string' ? sha256 : undefined,
  };
}
