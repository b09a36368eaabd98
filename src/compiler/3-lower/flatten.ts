import { evaluateShape, type Shape, type Sizes } from '../ir/dimension.js';
import type { CallNode, Definition, IR, Node, OpNode } from '../ir/ir.js';
import type { Origin, TensorId } from '../ir/program.js';
import type { Attributes, AttributeValue } from '../ops/index.js';
import { constantOps, isConstantOpName, isSourceOpName, sourceOpDefinition } from '../ops/index.js';
import { LoweringFailure } from './lowering-failure.js';
import { InternalError, type ProgramBuilder } from './program-builder.js';
import { joinPath } from './weights.js';

/** Where line numbers of origins come from: texts of the sources by path. */
export type Sources = ReadonlyMap<string, string>;

/** What flattening a definition gives. */
export interface Flattened {
  /** Tensors of the definition's outputs, by the names of its ports. */
  readonly outputs: ReadonlyMap<string, TensorId>;
  /** What the updates made of statistics, by path. */
  readonly statistics: ReadonlyMap<string, TensorId>;
}

/**
 * Writes a definition into a builder with concrete sizes: calls are inlined, each weight becomes one input named by its path however often
 * its instance is applied, and each node keeps where it came from. A statistic that is updated has its new value in all later applications.
 * @throws InternalError when the IR breaks its own rules (see verifyIR).
 */
export const flatten = (
  ir: IR,
  definition: Definition,
  inputs: ReadonlyMap<string, TensorId>,
  sizes: Sizes,
  builder: ProgramBuilder,
  sources?: Sources,
): Flattened => {
  const definitions = new Map(ir.definitions.map((each) => [each.id, each]));
  const weights = new Map<string, TensorId>();
  const statistics = new Map<string, TensorId>();
  const linesOf = lineFinder(sources);

  const inline = (body: Definition, path: string, operands: readonly TensorId[]): TensorId[] => {
    const values = new Map<string, TensorId>();
    const tensorOf = (value: string): TensorId => {
      const tensor = values.get(value);
      if (tensor === undefined) throw new InternalError(`in ${body.id}: the value ${value} is used before it is defined`);
      return tensor;
    };
    for (const [i, port] of body.inputs.entries()) {
      const tensor = operands[i];
      if (tensor === undefined) throw new InternalError(`${body.id} is called without its input ${port.name}`);
      values.set(port.value, tensor);
    }
    for (const { name, value, shape } of body.weights) {
      const weightPath = joinPath(path, name);
      const tensor = weights.get(weightPath) ?? builder.input(weightPath, 'parameter', shape);
      weights.set(weightPath, tensor);
      values.set(value, statistics.get(weightPath) ?? tensor);
    }
    for (const node of body.nodes) define(node, body, path, values, tensorOf);
    for (const { statistic, value } of body.updates ?? []) statistics.set(joinPath(path, statistic), tensorOf(value));
    return body.outputs.map((port) => tensorOf(port.value));
  };

  const define = (
    node: Node,
    body: Definition,
    path: string,
    values: Map<string, TensorId>,
    tensorOf: (value: string) => TensorId,
  ): void => {
    const origin: Origin = { file: node.span.file, path, ...linesOf(node.span.file, node.span.start) };
    if (node.kind === 'constant') {
      values.set(node.output.value, builder.constant(Float32Array.from(node.values), node.output.shape));
    } else if (node.kind === 'op' && isConstantOpName(node.op)) {
      const content = constantOps[node.op].values(concreteAttributes(node, sizes));
      values.set(node.output.value, builder.constant(content, evaluateShape(node.output.shape, sizes)));
    } else if (node.kind === 'op') {
      const tensor = emitAt(sizes, () => builder.emit(node.op, node.inputs.map(tensorOf), concreteAttributes(node, sizes), origin));
      checkShape(node, builder.shapeOf(tensor), sizes);
      values.set(node.output.value, tensor);
    } else {
      const results = inline(calleeOf(node, body, definitions), joinPath(path, node.instance), node.inputs.map(tensorOf));
      for (const [i, output] of node.outputs.entries()) values.set(output.value, results[i] ?? missingOutput(node));
    }
  };

  const operands = definition.inputs.map((port) => inputs.get(port.name) ?? missingInput(definition, port.name));
  const results = inline(definition, '', operands);
  const outputs = new Map(definition.outputs.map((port, i) => [port.name, results[i] ?? missingInput(definition, port.name)]));
  return { outputs, statistics };
};

/** Emits a node of a verified IR: where its operator still objects, it is to the size asked for, a window larger than the picture. */
const emitAt = ({ H, W }: Sizes, emit: () => TensorId): TensorId => {
  try {
    return emit();
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    throw new LoweringFailure(`a size of ${H}x${W} does not fit the network: ${error.message}`);
  }
};

const missingOutput = (node: CallNode): never => {
  throw new InternalError(`${node.definition} does not give as many outputs as its call expects`);
};

const missingInput = (definition: Definition, port: string): never => {
  throw new InternalError(`${definition.id} has no tensor for its port ${port}`);
};

const calleeOf = (node: CallNode, body: Definition, definitions: ReadonlyMap<string, Definition>): Definition => {
  const callee = definitions.get(node.definition);
  if (callee === undefined) throw new InternalError(`in ${body.id}: there is no definition ${node.definition}`);
  return callee;
};

const checkShape = (node: OpNode, found: readonly number[], sizes: Sizes): void => {
  const expected = evaluateShape(node.output.shape, sizes);
  if (expected.join() !== found.join()) {
    throw new InternalError(`${node.op} gives [${found.join(', ')}] where the IR says [${node.output.shape.join(', ')}]`);
  }
};

const isShape = (value: AttributeValue): value is Shape => Array.isArray(value) && value.every((item) => !Array.isArray(item));

const isListOfShapes = (value: AttributeValue): value is readonly Shape[] =>
  Array.isArray(value) && value.every((item) => Array.isArray(item));

const concreteValue = (value: AttributeValue, sizes: Sizes): AttributeValue => {
  if (isShape(value)) return evaluateShape(value, sizes);
  return isListOfShapes(value) ? value.map((item) => evaluateShape(item, sizes)) : value;
};

/** Attributes of a node with its symbolic dimensions evaluated. */
const concreteAttributes = (node: OpNode, sizes: Sizes): Attributes => {
  const specifications = isSourceOpName(node.op) ? sourceOpDefinition(node.op).attributes : [];
  return Object.fromEntries(
    Object.entries(node.attributes).map(([name, value]) => {
      const kind = specifications.find((specification) => specification.name === name)?.kind;
      return [name, kind === 'dimensions' || kind === 'paddings' ? concreteValue(value, sizes) : value];
    }),
  );
};

const lineFinder = (sources: Sources | undefined): ((file: string, offset: number) => { line?: number }) => {
  const starts = new Map<string, number[]>();
  return (file, offset) => {
    const text = sources?.get(file);
    if (text === undefined) return {};
    let lineStarts = starts.get(file);
    if (lineStarts === undefined) {
      lineStarts = [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((match) => match.index + match[0].length)];
      starts.set(file, lineStarts);
    }
    return { line: lineStarts.filter((start) => start <= offset).length };
  };
};
