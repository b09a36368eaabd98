import { type Derivation, derived } from './derivation.js';
import { type AxisSlice, slicedShape, sliceValues, transposeValues } from './fold.js';
import { keepsOrder } from './layout.js';
import type { OnnxAttribute, OnnxInitializer, OnnxNode } from './messages.js';
import type { Provider } from './provider.js';

/** A value of the ONNX graph: an input, an initialiser or the output of a node. */
export interface Value {
  readonly name: string;
  /** As stored in the graph. */
  readonly shape: readonly number[];
  /** Known at compile time: an initialiser. */
  readonly values?: Float32Array;
  /** Of an initialiser that holds a weight or a part of one. */
  readonly derivation?: Derivation;
}

/** Tensors that one kernel may bind on any WebGPU device (8 storage buffers), with room for those around them. */
const mostOperands = 6;

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/**
 * Collects nodes and initialisers. Transpositions, reshapes and slices of initialisers are computed on the spot, so the graph
 * holds constants in the very layout in which they are used.
 */
export class OnnxGraph {
  private readonly nodes: OnnxNode[] = [];
  /** Names of the graph's outputs, by the names of the values that they are. */
  private readonly named = new Map<string, string>();
  private readonly initializers = new Map<string, OnnxInitializer>();
  private readonly shared = new Map<string, Value>();
  private readonly derivations = new Map<string, Derivation>();
  /** Outputs of the nodes, by what the nodes compute. */
  private readonly equalNodes = new Map<string, readonly Value[]>();
  /** Names of the outputs of all nodes. */
  private readonly produced = new Set<string>();
  private count = 0;
  private scope = '';

  constructor(private readonly provider: Provider) {}

  /** Sets the prefix of the names of the nodes that follow: the path of the instance and the Program's operator. */
  enter(scope: string): void {
    this.scope = scope;
  }

  /** Appends a node with one output of the given stored shape, or gives the value of an equal node that exists already. */
  node(opType: string, inputs: readonly (Value | undefined)[], shape: readonly number[], attributes: Attributes = {}): Value {
    const [output] = this.nodeWithOutputs(opType, inputs, [shape], attributes);
    if (output === undefined) throw new Error('a node has at least one output');
    return output;
  }

  /** The same for a node with several outputs. */
  nodeWithOutputs(
    opType: string,
    inputs: readonly (Value | undefined)[],
    shapes: readonly (readonly number[])[],
    attributes: Attributes = {},
  ): readonly Value[] {
    const names = inputs.map((input) => input?.name ?? '');
    const key = JSON.stringify([opType, names, attributes, shapes.length]);
    const known = this.equalNodes.get(key);
    if (known !== undefined) return known;
    const name = this.freshName(opType);
    const outputs = shapes.map((shape, i) => ({ name: shapes.length === 1 ? name : `${name}:${i}`, shape }));
    this.nodes.push({ name, opType, domain: '', inputs: names, outputs: outputs.map((output) => output.name), attributes });
    for (const output of outputs) this.produced.add(output.name);
    this.equalNodes.set(key, outputs);
    return outputs;
  }

  /** A float initialiser. @param derivation where it is made of a weight. */
  constant(values: Float32Array, shape: readonly number[], derivation?: Derivation): Value {
    const name = this.freshName('constant');
    this.initializers.set(name, { name, shape, values });
    if (derivation === undefined) return { name, shape, values };
    this.derivations.set(name, derivation);
    return { name, shape, values, derivation };
  }

  /** A float initialiser of rank 0; equal numbers share one. */
  scalar(value: number): Value {
    return this.share(`scalar(${value})`, [], Float32Array.of(value));
  }

  /** An int64 vector, as ONNX wants shapes, axes and bounds; equal lists share one. */
  integers(values: readonly number[]): Value {
    return this.share(`ints(${values.join(',')})`, [values.length], BigInt64Array.from(values, BigInt));
  }

  reshape(value: Value, shape: readonly number[]): Value {
    if (shape.length === value.shape.length && shape.every((size, axis) => size === value.shape[axis])) return value;
    if (value.values !== undefined) return this.constant(value.values, shape, derived(value.derivation, { reshape: shape }));
    return this.node('Reshape', [value, this.integers(shape)], shape);
  }

  /** Axis i of the result is axis `permutation[i]` of the operand. A permutation that moves only axes of length 1 costs a reshape. */
  transpose(value: Value, permutation: readonly number[]): Value {
    if (permutation.every((axis, i) => axis === i)) return value;
    const shape = permutation.map((axis) => value.shape[axis] as number);
    if (keepsOrder(value.shape, permutation)) return this.reshape(value, shape);
    if (value.values !== undefined) {
      const values = transposeValues(value.values, value.shape, permutation);
      return this.constant(values, shape, derived(value.derivation, { transpose: permutation }));
    }
    return this.node('Transpose', [value], shape, { perm: { ints: permutation } });
  }

  slice(value: Value, slices: readonly AxisSlice[]): Value {
    const effective = slices.filter(({ axis, start, count, step }) => start !== 0 || step !== 1 || count !== value.shape[axis]);
    if (effective.length === 0) return value;
    const shape = slicedShape(value.shape, effective);
    if (value.values !== undefined) {
      return this.constant(sliceValues(value.values, value.shape, effective), shape, derived(value.derivation, { slice: effective }));
    }
    if (this.provider === 'webgpu' && effective.some(({ step }) => step < -1)) return this.sliceForwards(value, effective);
    // ONNX excludes the end; walking backwards past index 0 needs an end below -size.
    const ends = effective.map(({ axis, start, count, step }) => {
      const end = start + count * step;
      return end < 0 ? -(value.shape[axis] as number) - 1 : end;
    });
    const inputs = [
      value,
      this.integers(effective.map(({ start }) => start)),
      this.integers(ends),
      this.integers(effective.map(({ axis }) => axis)),
      this.integers(effective.map(({ step }) => step)),
    ];
    return this.node('Slice', inputs, shape);
  }

  /** onnxruntime's WebGPU kernel of Slice reads the wrong elements for steps below -1: picks the elements forwards, then turns them round. */
  private sliceForwards(value: Value, slices: readonly AxisSlice[]): Value {
    const forwards = slices.map((slice) =>
      slice.step < -1 ? { ...slice, start: slice.start + (slice.count - 1) * slice.step, step: -slice.step } : slice,
    );
    const turned = slices
      .filter(({ step }) => step < -1)
      .map(({ axis, count }) => ({ axis, start: count - 1, count, step: -1 }))
      .filter(({ count }) => count > 1);
    return this.slice(this.slice(value, forwards), turned);
  }

  /** Pads with `fill`; `before` and `after` have one entry per stored axis. */
  pad(value: Value, before: readonly number[], after: readonly number[], mode = 'constant', fill = 0): Value {
    if ([...before, ...after].every((amount) => amount === 0)) return value;
    const shape = value.shape.map((size, axis) => size + (before[axis] as number) + (after[axis] as number));
    const inputs = [value, this.integers([...before, ...after]), ...(fill === 0 ? [] : [this.scalar(fill)])];
    return this.node('Pad', inputs, shape, { mode: { string: mode } });
  }

  concat(values: readonly Value[], axis: number): Value {
    const [first] = values;
    if (first === undefined) throw new Error('concat needs at least one operand');
    if (values.length === 1) return first;
    if (this.provider === 'webgpu' && values.length > mostOperands) {
      const groups = Array.from({ length: Math.ceil(values.length / mostOperands) }, (_, i) =>
        this.concat(values.slice(i * mostOperands, (i + 1) * mostOperands), axis),
      );
      return this.concat(groups, axis);
    }
    const shape = [...first.shape];
    shape[axis] = values.reduce((total, value) => total + (value.shape[axis] as number), 0);
    return this.node('Concat', values, shape, { axis: { int: axis } });
  }

  /** All slices of thickness 1 along an axis. */
  split(value: Value, axis: number): readonly Value[] {
    const count = value.shape[axis] as number;
    if (this.provider === 'webgpu' && count > mostOperands) {
      return Array.from({ length: count }, (_, start) => this.slice(value, [{ axis, start, count: 1, step: 1 }]));
    }
    const shape = value.shape.map((size, i) => (i === axis ? 1 : size));
    return this.nodeWithOutputs('Split', [value], new Array<readonly number[]>(count).fill(shape), {
      axis: { int: axis },
      num_outputs: { int: count },
    });
  }

  /** Sums over stored axes. */
  sum(value: Value, axes: readonly number[], keepDimensions = false): Value {
    return this.reduce('ReduceSum', value, axes, keepDimensions);
  }

  /** ReduceSum, ReduceMean or ReduceMax over stored axes. */
  reduce(opType: string, value: Value, axes: readonly number[], keepDimensions: boolean): Value {
    const shape = keepDimensions
      ? value.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      : value.shape.filter((_, axis) => !axes.includes(axis));
    if (axes.length === 0) return value;
    return this.node(opType, [value, this.integers(axes)], shape, { keepdims: { int: keepDimensions ? 1 : 0 } });
  }

  /**
   * Gives the output of a node the name of an output of the graph. What is no node's output, or has been named before, is copied:
   * an ONNX graph cannot hand out an input or an initialiser itself.
   */
  renameOrCopy(value: Value, name: string): void {
    if (!this.produced.has(value.name) || this.named.has(value.name)) {
      this.nodes.push({ name: `${name}/Identity`, opType: 'Identity', domain: '', inputs: [value.name], outputs: [name], attributes: {} });
    } else {
      this.named.set(value.name, name);
    }
  }

  /** The nodes, with the names of the graph's outputs in place. */
  finishedNodes(): OnnxNode[] {
    const rename = (name: string): string => this.named.get(name) ?? name;
    return this.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  }

  /** Initialisers that a node refers to, in the order in which they were made. */
  usedInitializers(): OnnxInitializer[] {
    const used = new Set(this.nodes.flatMap((node) => node.inputs));
    return [...this.initializers.values()].filter(({ name }) => used.has(name));
  }

  /** Which of these initialisers hold a weight or a part of one. */
  derivationsOf(initializers: readonly OnnxInitializer[]): Map<string, Derivation> {
    return new Map(
      initializers.flatMap(({ name }) => {
        const derivation = this.derivations.get(name);
        return derivation === undefined ? [] : [[name, derivation] as const];
      }),
    );
  }

  private share(key: string, shape: readonly number[], values: Float32Array | BigInt64Array): Value {
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    this.initializers.set(key, { name: key, shape, values });
    const value: Value = values instanceof Float32Array ? { name: key, shape, values } : { name: key, shape };
    this.shared.set(key, value);
    return value;
  }

  private freshName(kind: string): string {
    this.count += 1;
    return `${this.scope}/${kind}_${this.count}`;
  }
}
