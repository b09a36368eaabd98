import type { ProgramNode } from '../../compiler/ir/program.js';
import type { OpName } from '../../compiler/ops/index.js';

/** Something that an engine cannot do with some operators. */
export interface OperatorLimit {
  readonly operators: readonly OpName[];
  /** What is refused, for a table: 'more than 6 axes'. */
  readonly refused: string;
  /** Whether a use is refused. @param shapes of the operands, then of the result. */
  readonly refuses: (node: ProgramNode, shapes: readonly (readonly number[])[]) => boolean;
}

/** How an engine runs the operators: what is in neither list is one kernel of its library, aside from changes of layout. */
export interface OperatorTable {
  /** Operators that are several kernels. */
  readonly composed: ReadonlySet<OpName>;
  readonly limits: readonly OperatorLimit[];
}

/** A limit of a library's kernels on the number of axes. */
export function axesLimit(most: number, operators: readonly OpName[]): OperatorLimit {
  return {
    operators,
    refused: `more than ${most} axes`,
    refuses: (_node, shapes) => shapes.some((shape) => shape.length > most),
  };
}

/** Why an engine cannot run a node, 'more than 6 axes (the tensor has 7)'; undefined where it can. */
export function refusalOf({ limits }: OperatorTable, node: ProgramNode, shapes: readonly (readonly number[])[]): string | undefined {
  return limits.find(({ operators, refuses }) => operators.includes(node.op) && refuses(node, shapes))?.refused;
}

/** Paddings that copy pixels are decomposed by a pass (3-lower/passes/decompose-pads.ts); no engine is given them. */
export const copyingPads: OperatorLimit = {
  operators: ['pad'],
  refused: 'modes that copy (a pass decomposes them)',
  refuses: ({ attributes }) => attributes.mode !== 'constant',
};

/** Operators that compute element by element. */
export const elementwise: readonly OpName[] = [
  'neg',
  'abs',
  'sign',
  'square',
  'sqrt',
  'rsqrt',
  'exp',
  'log',
  'sigmoid',
  'tanh',
  'erf',
  'relu',
  'softplus',
  'leaky_relu',
  'clip',
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'greater',
  'greater_equal',
  'equal',
  'relu_gradient',
  'leaky_relu_gradient',
];
