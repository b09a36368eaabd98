import { elementBytes } from '../ir/element-type.js';
import type { Origin, Program, ProgramNode, TensorId } from '../ir/program.js';
import { opDefinition } from '../ops/index.js';

/** What one run of a Program needs, whatever engine runs it. Bytes. */
export interface StepMemory {
  /** Weights and moments, which stay between runs. */
  readonly held: number;
  /** Next values of weights and moments, which are made beside those before them. */
  readonly updates: number;
  /** Batches of the data streams. */
  readonly data: number;
  readonly constants: number;
  /** Largest sum of the results that are alive at the same time, in the order of the Program, `updates` included. */
  readonly activations: number;
  /** The node at which that is so; undefined for a Program without nodes. */
  readonly peak?: { readonly op: string; readonly origin?: Origin };
  readonly nodes: number;
  /** Multiply-accumulates of all convolutions and matrix products, gradients and fixed filters included. */
  readonly macs: number;
}

/**
 * Memory and compute of one run. A result lives from its node to the last one that reads it; an element-by-element operator writes into an operand that
 * dies with it, and a reshape copies nothing, as in TensorFlow and onnxruntime.
 */
export const measureStep = (program: Program): StepMemory => {
  const bytesOf = (tensor: TensorId): number => {
    const { shape, type } = program.tensors[tensor] ?? { shape: [], type: 'float32' };
    return shape.reduce((product, extent) => product * extent, elementBytes[type]);
  };
  const sumOf = (entries: readonly { readonly tensor: TensorId }[]): number =>
    entries.reduce((sum, { tensor }) => sum + bytesOf(tensor), 0);
  const buffers = new Buffers(program);
  let [alive, activations] = [0, 0];
  let peak: ProgramNode | undefined;
  for (const [index, node] of program.nodes.entries()) {
    const buffer = buffers.of(node.output);
    const dying = buffers.lastReadAt(index);
    const size = buffer === node.output ? bytesOf(buffer) : 0;
    const isInPlace = elementwise.has(node.op) && dying.some((tensor) => bytesOf(tensor) === size);
    const during = alive + (isInPlace ? 0 : size);
    if (during > activations) [activations, peak] = [during, node];
    alive += size - dying.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  }
  return {
    held: sumOf(program.inputs.filter(({ role }) => role === 'parameter' || role === 'state')),
    updates: sumOf(program.outputs.filter(({ role }) => role !== 'result')),
    data: sumOf(program.inputs.filter(({ role }) => role === 'data')),
    constants: sumOf(program.constants),
    activations,
    ...(peak ? { peak: { op: peak.op, ...(peak.origin ? { origin: peak.origin } : {}) } } : {}),
    nodes: program.nodes.length,
    macs: program.nodes.reduce((sum, node) => sum + macsOf(program, node), 0),
  };
};

/** Which node's result each tensor lies in, and how long it lives. */
class Buffers {
  private readonly roots = new Map<TensorId, TensorId>();
  private readonly dying = new Map<number, TensorId[]>();

  constructor(program: Program) {
    for (const { op, inputs, output } of program.nodes) {
      const [input] = inputs;
      this.roots.set(output, views.has(op) && input !== undefined && this.roots.has(input) ? this.of(input) : output);
    }
    const lastRead = new Map<TensorId, number>();
    for (const [index, { inputs, output }] of program.nodes.entries()) {
      for (const tensor of [...inputs, output]) if (this.roots.has(tensor)) lastRead.set(this.of(tensor), index);
    }
    const kept = new Set(program.outputs.map(({ tensor }) => this.of(tensor)));
    for (const [tensor, index] of lastRead) {
      if (!kept.has(tensor)) this.dying.set(index, [...(this.dying.get(index) ?? []), tensor]);
    }
  }

  of(tensor: TensorId): TensorId {
    return this.roots.get(tensor) ?? tensor;
  }

  lastReadAt(index: number): readonly TensorId[] {
    return this.dying.get(index) ?? [];
  }
}

const views: ReadonlySet<string> = new Set(['reshape', 'stop_gradient']);

const elementwise: ReadonlySet<string> = new Set([
  ...['neg', 'abs', 'sign', 'square', 'sqrt', 'rsqrt', 'exp', 'log', 'sigmoid', 'tanh', 'relu', 'softplus', 'leaky_relu', 'clip'],
  ...['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'greater', 'greater_equal', 'equal', 'select'],
  ...['relu_gradient', 'leaky_relu_gradient'],
]);

const macsOf = (program: Program, { op, inputs, output, attributes }: ProgramNode): number => {
  const shapeOf = (tensor: TensorId): readonly number[] => program.tensors[tensor]?.shape ?? [];
  return Number(opDefinition(op).cost?.(inputs.map(shapeOf), shapeOf(output), attributes).macs ?? 0);
};
