import { findFusions } from '../../../compiler/4-emit/fusion.js';
import type { Program, ProgramNode, TensorId } from '../../../compiler/ir/program.js';
import type { OpName } from '../../../compiler/ops/index.js';
import { fusedActivations, fusedKernel, fusedOperators } from './kernels/fused.js';
import type { Kernel, KernelTable } from './kernels/kernel.js';

/** One kernel to run: a node of the Program, with the bias and the activation behind it where tfjs runs them in one pass. */
export interface Instruction {
  /** The node, or the first of those that run together. */
  readonly node: ProgramNode;
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
  readonly kernel: Kernel;
}

/**
 * What the interpreter runs, made once for each Program.
 * @param kernels how the backend runs each operator.
 * @param hasKernel whether the backend has a kernel of this name.
 */
export function planInstructions(program: Program, kernels: KernelTable, hasKernel: (name: string) => boolean): Instruction[] {
  // What is bfloat16 is rounded after each node, so each has to be run by itself.
  const operators = program.tensors.every(({ type }) => type === 'float32') ? fusedOperators(hasKernel) : new Set<OpName>();
  const { absorbed, skipped } = findFusions(program, { operators, activations: fusedActivations });
  return program.nodes
    .filter((node) => !skipped.has(node))
    .map((node) => {
      const fusion = absorbed.get(node);
      if (fusion === undefined) return { node, inputs: node.inputs, output: node.output, kernel: kernels[node.op] };
      const { bias, activation, output } = fusion;
      return { node, inputs: bias === undefined ? node.inputs : [...node.inputs, bias], output, kernel: fusedKernel(node, activation) };
    });
}

/** Results up to this many elements are kept as constants whatever they are made of. */
const smallConstant = 4096;

/**
 * Separates the instructions that depend on constants alone, to be run once. One that would make a constant larger than all its operands, a
 * broadcast, stays: holding it all the time costs more than making it.
 */
export function splitConstantInstructions(
  program: Program,
  instructions: readonly Instruction[],
  constants: ReadonlySet<TensorId>,
): { readonly once: readonly Instruction[]; readonly always: readonly Instruction[] } {
  const known = new Set(constants);
  const elementsOf = (tensor: TensorId): number => program.tensors[tensor]?.shape.reduce((product, extent) => product * extent, 1) ?? 0;
  const once: Instruction[] = [];
  const always: Instruction[] = [];
  for (const instruction of instructions) {
    const { inputs, output } = instruction;
    const operands = inputs.reduce((total, input) => total + elementsOf(input), 0);
    const isConstant = inputs.every((input) => known.has(input)) && elementsOf(output) <= Math.max(operands, smallConstant);
    if (isConstant) known.add(output);
    (isConstant ? once : always).push(instruction);
  }
  return { once, always };
}
