import type { Program, ProgramInput, ProgramOutput } from '../../ir/program.js';
import { type FusionRules, findFusions } from '../fusion.js';
import type { WeightsDescription } from '../weights-description.js';
import { type Derivation, type StoredWeight, sourcePositions } from './derivation.js';
import { Emission } from './emission.js';
import { product } from './fold.js';
import { canonical } from './layout.js';
import { encodeModel, type OnnxInitializer, type OnnxValue } from './messages.js';
import { operatorEmitters } from './operators/table.js';
import type { Provider } from './provider.js';

export type { Provider } from './provider.js';

/** Values for an initialiser: row-major, in the shape of the Program's input. */
export interface WeightValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxOptions {
  /** Parameters that become initialisers of the graph, by name. Those left out stay inputs. */
  readonly weights?: ReadonlyMap<string, WeightValues>;
  /** Provider of onnxruntime that the graph is written for: the forms of operators differ, what they compute does not. Default: cpu. */
  readonly provider?: Provider;
  /** Whose weights these are. With it the metadata of the model says how they are stored, and they can be read back out of it. */
  readonly description?: WeightsDescription;
}

/** Key of the metadata that says which weights the model holds and how its initialisers are made of them. */
export const weightsMetadataKey = 'mfnc';

/** IR version 8 with operator set 18: read by onnxruntime 1.14 and later. */
const irVersion = 8;
const operatorSet = 18;

/**
 * A Conv has an input for its bias, and a transposed convolution that becomes several small ones wants bias and activation before their
 * results are interleaved, where onnxruntime can fuse them. All other fusions are onnxruntime's own.
 */
const fused: FusionRules = { operators: new Set(['conv2d', 'conv2d_transpose']), activations: new Set(['relu']) };

/**
 * Writes a Program as an ONNX model.
 *
 * Inputs carry the names of the Program's inputs, in its order; images are NHWC and filters HWIO, as everywhere at mfnc's borders.
 * Outputs are named by `onnxOutputName`. The same Program and weights give the same bytes.
 * @throws Error when a weight has another shape than the Program's input, or a tensor another type than float32: ONNX knows bfloat16, but onnxruntime
 * has no kernels for its convolutions on the CPU.
 */
export function emitOnnx(program: Program, options: OnnxOptions = {}): Uint8Array {
  if (program.tensors.some(({ type }) => type !== 'float32')) throw new Error(`${program.name} is not float32 throughout`);
  const { absorbed, skipped } = findFusions(program, fused);
  const emission = new Emission(program, absorbed, options.provider ?? 'cpu');
  const { graph } = emission;

  const inputs: OnnxValue[] = [];
  for (const input of program.inputs) {
    const shape = emission.shapeOf(input.tensor);
    const weight = input.role === 'parameter' ? options.weights?.get(input.name) : undefined;
    graph.enter(input.name);
    if (weight !== undefined) {
      requireShape(input, weight.shape, shape);
      emission.define(input.tensor, graph.constant(weight.values, shape, { weight: input.name, steps: [] }));
    } else {
      inputs.push({ name: input.name, shape });
      emission.defineInput(input.tensor, { name: input.name, shape }, input.role === 'data' && shape.length === 4);
    }
  }
  graph.enter('');
  for (const { tensor, values } of program.constants) emission.define(tensor, graph.constant(values, emission.shapeOf(tensor)));
  program.nodes.forEach((node, index) => {
    graph.enter(`${node.origin?.path ?? ''}/${index}.${node.op}`);
    if (!skipped.has(node)) operatorEmitters[node.op](emission, node);
  });

  graph.enter('');
  const outputs = program.outputs.map((output): OnnxValue => {
    const name = onnxOutputName(program, output);
    const shape = emission.shapeOf(output.tensor);
    graph.renameOrCopy(emission.value(output.tensor, canonical(shape.length)), name);
    return { name, shape };
  });
  const initializers = graph.usedInitializers();
  const { description, weights } = options;
  const stored = description && weights ? storedWeights(program, weights, graph.derivationsOf(initializers), initializers) : undefined;
  return encodeModel({
    name: program.name,
    irVersion,
    operatorSets: [{ domain: '', version: operatorSet }],
    nodes: graph.finishedNodes(),
    initializers: [...initializers, ...(stored?.unused ?? [])],
    inputs,
    outputs,
    metadata: stored === undefined ? {} : { [weightsMetadataKey]: JSON.stringify({ ...description, weights: stored.weights }) },
  });
}

/**
 * How each weight is spread over the initialisers. A weight that the graph does not use, or not all of, is added as an initialiser of its own, so that
 * none is lost.
 */
function storedWeights(
  program: Program,
  weights: ReadonlyMap<string, WeightValues>,
  derivations: ReadonlyMap<string, Derivation>,
  initializers: readonly OnnxInitializer[],
): { readonly weights: Readonly<Record<string, StoredWeight>>; readonly unused: readonly OnnxInitializer[] } {
  const sizes = new Map(initializers.map(({ name, shape }) => [name, product(shape)]));
  const unused: OnnxInitializer[] = [];
  const entries = program.inputs.flatMap(({ name, role }): [string, StoredWeight][] => {
    const weight = role === 'parameter' ? weights.get(name) : undefined;
    if (weight === undefined) return [];
    const all = [...derivations].filter(([, derivation]) => derivation.weight === name);
    // One initialiser that is as large as the weight holds all of it; several are its parts.
    const whole = all.find(([tensor]) => sizes.get(tensor) === weight.values.length);
    const parts = (whole === undefined ? all : [whole]).map(([tensor, { steps }]) => ({ tensor, steps }));
    if (covers(weight, parts)) return [[name, { shape: weight.shape, parts }]];
    unused.push({ name, shape: weight.shape, values: weight.values });
    return [[name, { shape: weight.shape, parts: [{ tensor: name, steps: [] }] }]];
  });
  return { weights: Object.fromEntries(entries), unused };
}

function covers({ shape, values }: WeightValues, parts: StoredWeight['parts']): boolean {
  const isCovered = new Uint8Array(values.length);
  for (const { steps } of parts) for (const position of sourcePositions(shape, steps)) isCovered[position] = 1;
  return isCovered.every((covered) => covered === 1);
}

/**
 * Name of an output in the ONNX model. An ONNX graph names each of its values once, so the next value of a parameter or state, whose
 * present value is an input of that name, is called `NAME/next`, and a result named as an input `NAME/result`.
 */
export function onnxOutputName(program: Program, output: ProgramOutput): string {
  if (output.role !== 'result') return `${output.name}/next`;
  return program.inputs.some(({ name }) => name === output.name) ? `${output.name}/result` : output.name;
}

function requireShape(input: ProgramInput, given: readonly number[], expected: readonly number[]): void {
  if (given.length === expected.length && given.every((size, axis) => size === expected[axis])) return;
  throw new Error(`the weight '${input.name}' has shape [${given.join(', ')}], the Program expects [${expected.join(', ')}]`);
}
