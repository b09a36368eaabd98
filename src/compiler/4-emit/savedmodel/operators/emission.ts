import type { ElementType } from '../../../ir/element-type.js';
import type { Program, ProgramNode } from '../../../ir/program.js';
import { attribute } from '../attribute-values.js';
import { dataTypeOf, type GraphBuilder, type TensorName } from '../graph.js';
import type { AttributeMessage } from '../messages.js';

/** A Program uses an operator in a way that TensorFlow cannot run. A pass before emission should have rewritten it. */
export class EmissionError extends Error {
  override readonly name = 'EmissionError';
}

/** One node of a Program on its way into the graph. */
export class NodeEmission {
  constructor(
    readonly graph: GraphBuilder,
    readonly node: ProgramNode,
    private readonly program: Program,
    /** Names of the tensors that are in the graph already. */
    private readonly tensors: ReadonlyMap<number, TensorName>,
  ) {}

  get attributes(): ProgramNode['attributes'] {
    return this.node.attributes;
  }

  /** Name of the i-th input. */
  input(index: number): TensorName {
    const id = this.node.inputs[index];
    const name = id === undefined ? undefined : this.tensors.get(id);
    if (name === undefined) throw new EmissionError(`${this.node.op} has no input ${index}`);
    return name;
  }

  get inputs(): TensorName[] {
    return this.node.inputs.map((_, index) => this.input(index));
  }

  shape(index: number): readonly number[] {
    const id = this.node.inputs[index];
    return (id === undefined ? undefined : this.program.tensors[id]?.shape) ?? [];
  }

  get outputShape(): readonly number[] {
    return this.program.tensors[this.node.output]?.shape ?? [];
  }

  /** Type of the result, which is that of all tensors but those of a cast. */
  get type(): ElementType {
    return this.typeOf(this.node.output);
  }

  inputType(index: number): ElementType {
    return this.typeOf(this.node.inputs[index] ?? -1);
  }

  /** Name of the node in the graph: the path of its instance, then the operator. */
  get name(): string {
    const path = this.node.origin?.path ?? '';
    return path === '' ? this.node.op : `${path}/${this.node.op}`;
  }

  /** Adds a TensorFlow node over tensors of the result's type. */
  add(op: string, inputs: readonly TensorName[], attributes: Readonly<Record<string, AttributeMessage>> = {}): TensorName {
    return this.graph.add(op, this.name, inputs, { T: attribute.type(dataTypeOf[this.type]), ...attributes });
  }

  /** Adds zeros behind the last element of each axis, as many as `counts` says. */
  padEnd(tensor: TensorName, counts: readonly number[]): TensorName {
    if (counts.every((count) => count === 0)) return tensor;
    const paddings = this.graph.pairs(counts.map((count) => [0, count] as const));
    return this.add('Pad', [tensor, paddings], { Tpaddings: attribute.type('int32') });
  }

  private typeOf(tensor: number): ElementType {
    return this.program.tensors[tensor]?.type ?? 'float32';
  }

  fail(problem: string): never {
    const where = this.node.origin ? ` (${this.node.origin.file}:${this.node.origin.line})` : '';
    throw new EmissionError(`${this.node.op}${where}: ${problem}`);
  }
}

/** Adds the TensorFlow nodes of one operator and gives the name of its result. */
export type OperatorEmitter = (emission: NodeEmission) => TensorName;
