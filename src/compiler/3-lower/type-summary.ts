import { type ElementType, elementBytes } from '../ir/element-type.js';
import type { Program, TensorId } from '../ir/program.js';
import type { OpName } from '../ops/index.js';

/** How many nodes with one operator give which type. */
export type OperatorTypes = Readonly<Record<ElementType, number>> & { readonly op: OpName };

/** What a Program computes in which type. */
export interface TypeSummary {
  /** Nodes by the type of their results; casts are counted by the type that they give. */
  readonly nodes: Readonly<Record<ElementType, number>>;
  /** In the order in which the operators first appear. */
  readonly operators: readonly OperatorTypes[];
  /** Bytes of the results of all nodes together, whether or not they are alive at the same time. */
  readonly bytes: number;
}

/** Counts a Program's nodes and the bytes that they write, by type. */
export const summarizeTypes = (program: Program): TypeSummary => {
  const counts = new Map<OpName, Record<ElementType, number>>();
  const nodes: Record<ElementType, number> = { float32: 0, bfloat16: 0 };
  let bytes = 0;
  for (const { op, output } of program.nodes) {
    const { type, shape } = infoOf(program, output);
    const count = counts.get(op) ?? { float32: 0, bfloat16: 0 };
    counts.set(op, count);
    count[type]++;
    nodes[type]++;
    bytes += shape.reduce((product, extent) => product * extent, elementBytes[type]);
  }
  return { nodes, operators: [...counts].map(([op, count]) => ({ op, ...count })), bytes };
};

const infoOf = (program: Program, tensor: TensorId): Program['tensors'][number] =>
  program.tensors[tensor] ?? { shape: [], type: 'float32' };
