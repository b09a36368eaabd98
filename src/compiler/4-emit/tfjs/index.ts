import { type ImageSize, lowerInference, type Sources, type TensorValues } from '../../3-lower/index.js';
import { inputDivisors } from '../../ir/input-divisors.js';
import type { IR } from '../../ir/ir.js';
import type { Program } from '../../ir/program.js';
import { jsonText } from '../json-text.js';
import type { WeightsDescription } from '../weights-description.js';
import { customLayersAmong, customLayersModule } from './custom-layers/index.js';
import { type FreeAxes, freeAxes } from './free-axes.js';
import type { Layer } from './layer-graph.js';
import { topologyOf } from './topology.js';
import { type LayeredModel, translate } from './translate.js';
import { emitWeights } from './weights.js';

/** Name of the module with the layers that TensorFlow.js has not. */
const customLayersFile = 'custom-layers.js';

export interface LayersModelOptions {
  /** Values of all weights of the model by path. */
  readonly weights: ReadonlyMap<string, TensorValues>;
  readonly description: WeightsDescription;
  /** Texts of the sources, for line numbers in messages. */
  readonly sources?: Sources;
}

/**
 * Writes a model as a LayersModel of TensorFlow.js, for `tf.loadLayersModel`: model.json, shards of weights, and custom-layers.js where the model
 * needs it. The input has `null` for the sides that the layers do not depend on. `userDefinedMetadata`, which TensorFlow.js keeps through
 * loading, training and saving, says which weight of the model each tensor is.
 * @param program the model at the size that it takes where the layers depend on it.
 * @throws EmissionFailure for an operator that TensorFlow.js has no layer for.
 */
export function emitLayersModel(
  ir: IR,
  program: Program,
  { weights, description, sources }: LayersModelOptions,
): { files: Map<string, string | Uint8Array>; notes: string[] } {
  const programAt = (size: ImageSize) => lowerInference(ir, size, sources, 'whole');
  const size = sizeOf(program);
  const divisors = inputDivisors(ir);
  const whole = programAt(size);
  const model = translate(whole);
  const free = freeAxes(size, divisors, programAt);
  const layers = model.layers.map((layer) => (layer.className === 'InputLayer' ? opened(layer, free) : layer));
  const { sha256, ...owner } = description;
  const files = layersModelFiles(whole, { ...model, layers }, weights, { ...owner, sizeDivisors: divisors }, sha256);
  const custom = customLayersAmong(layers.map(({ className }) => className));
  return { files, notes: [sizesNote(size, free, divisors), ...(custom.length > 0 ? [customNote(custom)] : [])] };
}

/**
 * Files of a Program that is layers already.
 * @param description stands in the metadata, beside the paths of the weights.
 * @param sha256 hash of the weights. It stands where TensorFlow.js drops it when it saves a model anew, whose weights may be others.
 */
export function layersModelFiles(
  program: Program,
  { layers, inputs, outputs }: LayeredModel,
  weights: ReadonlyMap<string, TensorValues>,
  description: Readonly<Record<string, unknown>> = {},
  sha256?: string,
): Map<string, string | Uint8Array> {
  const tensors = emitWeights(program, layers, weights);
  const custom = customLayersAmong(layers.map(({ className }) => className));
  const modelJson = {
    format: 'layers-model',
    generatedBy: 'mfnc',
    convertedBy: null,
    ...(sha256 !== undefined && { mfnc: { sha256 } }),
    modelTopology: topologyOf(program.name, layers, inputs, outputs),
    weightsManifest: tensors.manifest,
    userDefinedMetadata: { mfnc: { ...description, weights: tensors.paths } },
  };
  const files = new Map<string, string | Uint8Array>([['model.json', jsonText(modelJson)], ...tensors.files]);
  if (custom.length > 0) files.set(customLayersFile, customLayersModule(custom));
  return files;
}

/** Batch, height and width of a Program's pictures. */
function sizeOf(program: Program): ImageSize {
  const input = program.inputs.find(({ role }) => role === 'data');
  const [batch = 1, height = 1, width = 1] = program.tensors[input?.tensor ?? -1]?.shape ?? [];
  return { batch, height, width };
}

/** An input with null for its free sides. */
function opened(input: Layer, free: FreeAxes): Layer {
  const isFree = [free.batch, free.height, free.width];
  const shape = input.config.batch_input_shape;
  const open = Array.isArray(shape) ? shape.map((extent: unknown, axis) => (isFree[axis] ? null : extent)) : shape;
  return { ...input, config: { ...input.config, batch_input_shape: open } };
}

function sizesNote(size: ImageSize, free: FreeAxes, divisors: { readonly height: number; readonly width: number }): string {
  const side = (name: 'height' | 'width') => {
    if (!free[name]) return `a ${name} of ${size[name]}`;
    return divisors[name] === 1 ? `any ${name}` : `any ${name} divisible by ${divisors[name]}`;
  };
  return `tfjs/model.json takes ${free.batch ? 'any batch' : `a batch of ${size.batch}`}, ${side('height')} and ${side('width')}`;
}

const customNote = (custom: readonly string[]) =>
  `tfjs/${customLayersFile} defines ${custom.join(', ')}: call its register(tf) before tf.loadLayersModel`;
