import type { Program, ProgramInput, TensorId } from '../../ir/program.js';
import type { WeightsDescription } from '../weights-description.js';
import { attribute, shapeMessage } from './attribute-values.js';
import { biasAddition } from './bias.js';
import { GraphBuilder, type TensorName } from './graph.js';
import { dataTypes, encodeSavedModel, type TensorInfoMessage } from './messages.js';
import { EmissionError, NodeEmission } from './operators/emission.js';
import { operatorEmitters } from './operators/index.js';
import { splitConcats } from './split-concats.js';

export { EmissionError } from './operators/emission.js';

/** Values of a weight, row-major. */
export interface WeightValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface SavedModelOptions {
  /** Values of parameters, by path: these become constants of the graph. Parameters that are not in it are inputs. */
  readonly weights?: ReadonlyMap<string, WeightValues>;
  /** Whose weights these are: stands in the version of the MetaGraph, a text that is the writer's to choose. */
  readonly description?: WeightsDescription;
}

/** An input or output of the signature. */
export interface SignatureEntry {
  /** Name in the signature, as Python's tensorflow shows it. */
  readonly key: string;
  /** Name of the tensor in the graph, `deg/conv1/conv2d:0`. */
  readonly tensor: string;
}

export interface EmittedSavedModel {
  /** Contents of the SavedModel's folder by file name: `saved_model.pb`. */
  readonly files: Map<string, Uint8Array>;
  /** By the name of the Program's input. */
  readonly inputs: Map<string, SignatureEntry>;
  /** By role and name of the Program's output, `result L_reg`; see `outputKey`. */
  readonly outputs: Map<string, SignatureEntry>;
}

/** Key of an output in `EmittedSavedModel.outputs`: a result and a parameter may share a name. */
export function outputKey(role: string, name: string): string {
  return `${role} ${name}`;
}

/**
 * Writes a Program as a TensorFlow SavedModel: one MetaGraph with the tag `serve`, a flat GraphDef without variables or functions, and the
 * signature `serving_default`. Tensors stay NHWC. The same Program gives the same bytes.
 * @throws EmissionError for an operator used in a way that TensorFlow has no kernel for.
 */
export function emitSavedModel(given: Program, options: SavedModelOptions = {}): EmittedSavedModel {
  const program = given.purpose === 'inference' ? splitConcats(given) : given;
  const graph = new GraphBuilder();
  const tensors = new Map<TensorId, TensorName>();
  const fed = program.inputs.filter((input) => !options.weights?.has(input.name));
  for (const input of program.inputs) tensors.set(input.tensor, emitInput(graph, program, input, options.weights?.get(input.name)));
  for (const { tensor, values } of program.constants) {
    const shape = shapeOf(program, tensor);
    const [first = 0] = values;
    const type = program.tensors[tensor]?.type;
    tensors.set(tensor, shape.length === 0 ? graph.scalar(first, type) : graph.floats('constant', values, shape, type));
  }
  for (const node of program.nodes) {
    const emission = new NodeEmission(graph, node, program, tensors);
    const bias = biasAddition(program, node);
    const named = (id: TensorId) => tensors.get(id) ?? emission.fail(`tensor ${id} is used before it is defined`);
    tensors.set(
      node.output,
      bias
        ? emission.add('BiasAdd', [named(bias.image), named(bias.bias)], { data_format: attribute.text('NHWC') })
        : operatorEmitters[node.op](emission),
    );
  }

  const inputs = new Map<string, SignatureEntry>();
  const outputs = new Map<string, SignatureEntry>();
  const inputInfos: Record<string, TensorInfoMessage> = {};
  const outputInfos: Record<string, TensorInfoMessage> = {};
  for (const input of fed) {
    const tensor = `${tensors.get(input.tensor)}:0`;
    inputs.set(input.name, { key: input.name, tensor });
    inputInfos[input.name] = { name: tensor, dtype: dataTypes.float, tensorShape: shapeMessage(shapeOf(program, input.tensor)) };
  }
  for (const output of program.outputs) {
    const source = tensors.get(output.tensor);
    if (source === undefined) throw new EmissionError(`the output ${output.name} is never computed`);
    // A node of its own: an output may be an input or another output, and TensorFlow's optimiser must not rename what is fetched.
    const tensor = `${graph.add('Identity', `outputs/${output.role}/${output.name}`, [source], { T: attribute.type('float') })}:0`;
    const key = output.name in outputInfos ? outputKey(output.role, output.name) : output.name;
    outputs.set(outputKey(output.role, output.name), { key, tensor });
    outputInfos[key] = { name: tensor, dtype: dataTypes.float, tensorShape: shapeMessage(shapeOf(program, output.tensor)) };
  }
  const signature = { inputs: inputInfos, outputs: outputInfos, methodName: 'tensorflow/serving/predict' };
  return {
    files: new Map([['saved_model.pb', encodeSavedModel(graph.nodes, signature, versionText(options.description))]]),
    inputs,
    outputs,
  };
}

const versionPrefix = 'mfnc ';

const versionText = (description: WeightsDescription | undefined): string =>
  description === undefined ? versionPrefix.trim() : versionPrefix + JSON.stringify(description);

/** The description in the version of a MetaGraph, as JSON; undefined where there is none. */
export function descriptionInVersion(version: string): string | undefined {
  return version.startsWith(versionPrefix) ? version.slice(versionPrefix.length) : undefined;
}

function emitInput(graph: GraphBuilder, program: Program, input: ProgramInput, weight: WeightValues | undefined): TensorName {
  const shape = shapeOf(program, input.tensor);
  if (!weight) return graph.placeholder(input.name, shape);
  if (weight.shape.join() !== shape.join()) {
    throw new EmissionError(`${input.name} has the shape [${shape.join(', ')}], the values given for it have [${weight.shape.join(', ')}]`);
  }
  return graph.weight(input.name, weight.values, shape);
}

function shapeOf(program: Program, tensor: TensorId): readonly number[] {
  return program.tensors[tensor]?.shape ?? [];
}
