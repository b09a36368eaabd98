import type { Program, ProgramNode, TensorId } from '../ir/program.js';
import type { OpName } from '../ops/index.js';

/** The bias and activation that an operator takes over, and the tensor that its result then is. */
export interface Absorbed {
  readonly bias?: TensorId;
  readonly activation?: ProgramNode;
  readonly output: TensorId;
}

export interface Fusions {
  readonly absorbed: ReadonlyMap<ProgramNode, Absorbed>;
  /** Nodes whose work is done by the operator in front of them. */
  readonly skipped: ReadonlySet<ProgramNode>;
}

/** What a target can fuse. */
export interface FusionRules {
  /** Operators that take over what stands behind them. */
  readonly operators: ReadonlySet<OpName>;
  readonly activations: ReadonlySet<OpName>;
}

/**
 * Finds `activation(operator + bias)`, where the operator is a convolution or a matrix product and the bias a vector over its last axis. Only a
 * value that nothing else reads is absorbed, so a pre-activation that a gradient needs stays. A bias must be an input or a constant,
 * because a node in between may not exist yet where the operator stands.
 */
export function findFusions(program: Program, rules: FusionRules): Fusions {
  const onlyUser = onlyUsersIn(program);
  const available = new Set([...program.inputs, ...program.constants].map(({ tensor }) => tensor));
  const absorbed = new Map<ProgramNode, Absorbed>();
  const skipped = new Set<ProgramNode>();
  for (const node of program.nodes) {
    if (!rules.operators.has(node.op)) continue;
    let found: Absorbed = { output: node.output };
    const addition = onlyUser(found.output);
    const bias = addition?.op === 'add' ? addition.inputs.find((input) => input !== node.output) : undefined;
    if (addition !== undefined && bias !== undefined && available.has(bias) && isBias(program, bias, node.output)) {
      found = { bias, output: addition.output };
      skipped.add(addition);
    }
    const activation = onlyUser(found.output);
    if (activation !== undefined && rules.activations.has(activation.op)) {
      found = { ...found, activation, output: activation.output };
      skipped.add(activation);
    }
    if (found.output !== node.output) absorbed.set(node, found);
  }
  return { absorbed, skipped };
}

/** Gives the one node that reads a tensor; undefined where several do, or where it is a result. */
export function onlyUsersIn(program: Program): (tensor: TensorId) => ProgramNode | undefined {
  const users = new Map<TensorId, ProgramNode[]>();
  for (const node of program.nodes) {
    for (const input of node.inputs) users.set(input, [...(users.get(input) ?? []), node]);
  }
  const results = new Set(program.outputs.map(({ tensor }) => tensor));
  return (tensor) => {
    const [user, ...others] = users.get(tensor) ?? [];
    return others.length === 0 && !results.has(tensor) ? user : undefined;
  };
}

function isBias(program: Program, bias: TensorId, result: TensorId): boolean {
  const shape = program.tensors[bias]?.shape ?? [];
  return shape.length === 1 && shape[0] === program.tensors[result]?.shape.at(-1);
}
