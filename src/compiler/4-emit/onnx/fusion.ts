import type { Program, ProgramNode, TensorId } from '../../ir/program.js';

/** The bias and activation that a convolution takes over, and the tensor that its result then is. */
export interface Absorbed {
  readonly bias?: TensorId;
  readonly relu: boolean;
  readonly output: TensorId;
}

export interface Fusions {
  readonly absorbed: ReadonlyMap<ProgramNode, Absorbed>;
  /** Nodes whose work is done by the convolution in front of them. */
  readonly skipped: ReadonlySet<ProgramNode>;
}

/**
 * Finds `relu(convolution + bias)`. A Conv has an input for its bias, and a transposed convolution that runs as several small
 * ones wants bias and activation before their results are interleaved, where onnxruntime can fuse them. Only a value that nothing
 * else reads is absorbed; a bias must be an input or a constant, because a node in between may not exist yet where the convolution stands.
 */
export function findFusions(program: Program): Fusions {
  const users = new Map<TensorId, ProgramNode[]>();
  for (const node of program.nodes) {
    for (const input of node.inputs) users.set(input, [...(users.get(input) ?? []), node]);
  }
  const results = new Set(program.outputs.map((output) => output.tensor));
  const available = new Set([...program.inputs, ...program.constants].map(({ tensor }) => tensor));
  const onlyUser = (tensor: TensorId): ProgramNode | undefined => {
    const [user, ...others] = users.get(tensor) ?? [];
    return others.length === 0 && !results.has(tensor) ? user : undefined;
  };

  const absorbed = new Map<ProgramNode, Absorbed>();
  const skipped = new Set<ProgramNode>();
  for (const node of program.nodes) {
    if (node.op !== 'conv2d' && node.op !== 'conv2d_transpose') continue;
    let found: Absorbed = { output: node.output, relu: false };
    const addition = onlyUser(found.output);
    const bias = addition?.op === 'add' ? addition.inputs.find((input) => input !== node.output) : undefined;
    if (addition !== undefined && bias !== undefined && available.has(bias) && isBias(program, bias, node.output)) {
      found = { bias, relu: false, output: addition.output };
      skipped.add(addition);
    }
    const activation = onlyUser(found.output);
    if (activation?.op === 'relu') {
      found = { ...found, relu: true, output: activation.output };
      skipped.add(activation);
    }
    if (found.output !== node.output) absorbed.set(node, found);
  }
  return { absorbed, skipped };
}

function isBias(program: Program, bias: TensorId, image: TensorId): boolean {
  const shape = program.tensors[bias]?.shape ?? [];
  return shape.length === 1 && shape[0] === program.tensors[image]?.shape.at(-1);
}
