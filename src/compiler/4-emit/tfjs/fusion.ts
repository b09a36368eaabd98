import type { Program, ProgramNode, TensorId } from '../../ir/program.js';
import { EmissionFailure, placeOf } from '../emission-failure.js';
import { onlyUsersIn } from '../fusion.js';

/** Activations that a layer with a kernel applies itself. */
const activations = new Set<ProgramNode['op']>(['relu', 'sigmoid', 'tanh', 'softplus']);

/** One use of a kernel: the node, and the tensor that its result is once bias and activation are inside the layer. */
export interface KernelApplication {
  readonly node: ProgramNode;
  readonly output: TensorId;
}

/** A layer with a kernel, as many times as the Program applies it. */
export interface KernelLayer {
  readonly kernel: TensorId;
  readonly bias?: TensorId;
  readonly activation?: ProgramNode['op'];
  readonly applications: readonly KernelApplication[];
}

export interface Fusions {
  /** The layer that does a node's work. */
  readonly layerOf: ReadonlyMap<ProgramNode, KernelLayer>;
  /** Additions and activations that layers do. */
  readonly absorbed: ReadonlySet<ProgramNode>;
}

/** What follows a node, as far as the layer could do it. */
interface Tail {
  readonly node: ProgramNode;
  readonly addition?: ProgramNode;
  readonly bias?: TensorId;
  readonly activation?: ProgramNode;
}

/**
 * Finds `activation(convolution(x, kernel) + bias)`, and gathers the applications of each kernel: weights that are applied twice are one layer
 * applied twice, so that training goes on in TensorFlow.js as it would here. What only some applications have (one is followed by a
 * ReLU, another is not) stays outside the layer.
 */
export function findFusions(program: Program): Fusions {
  const followers = onlyUsersIn(program);
  const leaves = new Set([...program.inputs.filter(({ role }) => role === 'parameter'), ...program.constants].map(({ tensor }) => tensor));
  const shared = new Set(program.inputs.map(({ tensor }) => tensor));
  const groups = new Map<string, Tail[]>();
  for (const node of program.nodes) {
    const kernel = kernelOf(program, node);
    if (kernel === undefined || !leaves.has(kernel)) continue;
    // Equal constants are one tensor of a Program without belonging together, so they are one layer only where the attributes agree too.
    const key = shared.has(kernel) ? String(kernel) : `${kernel} ${configurationOf(node)}`;
    groups.set(key, [...(groups.get(key) ?? []), tailOf(program, node, leaves, followers)]);
  }
  const layerOf = new Map<ProgramNode, KernelLayer>();
  const absorbed = new Set<ProgramNode>();
  for (const tails of groups.values()) {
    const layer = layerFor(tails, absorbed);
    for (const { node } of layer.applications) layerOf.set(node, layer);
  }
  return { layerOf, absorbed };
}

function kernelOf(program: Program, { op, inputs, attributes }: ProgramNode): TensorId | undefined {
  if (op === 'conv2d' || op === 'conv2d_transpose' || op === 'depthwise_conv2d') return inputs[1];
  const isPlain = op === 'matmul' && attributes.transpose_a !== true && attributes.transpose_b !== true;
  return isPlain && program.tensors[inputs[1] ?? -1]?.shape.length === 2 ? inputs[1] : undefined;
}

/** How a node uses its kernel. The size of the result is the picture's, not the layer's. */
function configurationOf({ op, attributes: { output_size: _, ...attributes } }: ProgramNode): string {
  return JSON.stringify([op, attributes]);
}

function tailOf(
  program: Program,
  node: ProgramNode,
  leaves: ReadonlySet<TensorId>,
  follower: (tensor: TensorId) => ProgramNode | undefined,
): Tail {
  const addition = follower(node.output);
  const bias = addition?.op === 'add' ? addition.inputs.find((input) => input !== node.output) : undefined;
  const channels = program.tensors[node.output]?.shape.at(-1);
  const isBias = bias !== undefined && leaves.has(bias) && program.tensors[bias]?.shape.join() === String(channels);
  const before = isBias && addition ? { node, addition, bias } : { node };
  const activation = follower(before.addition?.output ?? node.output);
  return activation !== undefined && activations.has(activation.op) ? { ...before, activation } : before;
}

function layerFor(tails: readonly Tail[], absorbed: Set<ProgramNode>): KernelLayer {
  const [first] = tails;
  if (first === undefined) throw new EmissionFailure('a layer without an application');
  const [, kernel = -1] = first.node.inputs;
  const other = tails.find(({ node }) => configurationOf(node) !== configurationOf(first.node));
  if (other) {
    throw new EmissionFailure(
      `${placeOf(other.node)}: uses a kernel in another way than ${placeOf(first.node)}; a layer of TensorFlow.js has one kernel and one way to use it`,
    );
  }
  const hasBias = first.bias !== undefined && tails.every(({ bias }) => bias === first.bias);
  const hasActivation =
    first.activation !== undefined &&
    tails.every(({ activation, addition }) => activation?.op === first.activation?.op && (hasBias || addition === undefined));
  const applications = tails.map(({ node, addition, activation }) => {
    const inside = [...(hasBias && addition ? [addition] : []), ...(hasActivation && activation ? [activation] : [])];
    for (const each of inside) absorbed.add(each);
    return { node, output: inside.at(-1)?.output ?? node.output };
  });
  return {
    kernel,
    ...(hasBias && first.bias !== undefined && { bias: first.bias }),
    ...(hasActivation && first.activation && { activation: first.activation.op }),
    applications,
  };
}
