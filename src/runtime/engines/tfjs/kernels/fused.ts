import type { ProgramNode } from '../../../../compiler/ir/program.js';
import type { OpName } from '../../../../compiler/ops/index.js';
import { flag, number } from '../../../../compiler/ops/rules/attributes.js';
import { convolutionArguments } from './convolution.js';
import { type Kernel, operand, runKernel } from './kernel.js';

/** An activation as tfjs's fused kernels name it. */
interface FusedActivation {
  readonly activation: 'linear' | 'relu' | 'leakyrelu' | 'sigmoid';
  readonly leakyreluAlpha?: number;
}

/** The activations that tfjs's fused kernels have on every backend. tanh is not among them. */
const activations: Partial<Record<OpName, (node: ProgramNode) => FusedActivation>> = {
  relu: () => ({ activation: 'relu' }),
  leaky_relu: ({ attributes }) => ({ activation: 'leakyrelu', leakyreluAlpha: number(attributes, 'alpha') }),
  sigmoid: () => ({ activation: 'sigmoid' }),
};

const convolution =
  (name: string, activation: FusedActivation): Kernel =>
  (call) => {
    const { inputs, attributes } = convolutionArguments(call);
    const [, , bias] = call.inputs;
    return runKernel(call, name, bias === undefined ? inputs : { ...inputs, bias }, { ...attributes, ...activation });
  };

const product =
  (activation: FusedActivation): Kernel =>
  (call) => {
    const [a, b] = [operand(call, 0), operand(call, 1)];
    const [, , bias] = call.inputs;
    const transposes = { transposeA: flag(call.attributes, 'transpose_a'), transposeB: flag(call.attributes, 'transpose_b') };
    return call.tf.fused.matMul({ a, b, ...transposes, ...(bias === undefined ? {} : { bias }), ...activation });
  };

/** A kernel that does a bias and an activation in the same pass. */
interface FusedKernel {
  /** Name under which a backend registers it. */
  readonly name: string;
  /** The kernel; its operands are those of the operator, then the bias where there is one. */
  readonly kernel: (activation: FusedActivation) => Kernel;
}

const fusedKernels: Partial<Record<OpName, FusedKernel>> = {
  conv2d: { name: 'FusedConv2D', kernel: (activation) => convolution('FusedConv2D', activation) },
  depthwise_conv2d: { name: 'FusedDepthwiseConv2D', kernel: (activation) => convolution('FusedDepthwiseConv2D', activation) },
  matmul: { name: '_FusedMatMul', kernel: product },
};

/** Operators with a fused kernel that the backend has. */
export function fusedOperators(hasKernel: (name: string) => boolean): ReadonlySet<OpName> {
  const present = Object.entries(fusedKernels).filter(([, { name }]) => hasKernel(name));
  return new Set(present.map(([op]) => op as OpName));
}

export const fusedActivations: ReadonlySet<OpName> = new Set(Object.keys(activations) as OpName[]);

/** The fused kernel of an operator with the activation behind it, if any. */
export function fusedKernel(node: ProgramNode, activation: ProgramNode | undefined): Kernel {
  const fused = fusedKernels[node.op];
  if (fused === undefined) throw new Error(`tfjs has no fused kernel for ${node.op}`);
  return fused.kernel((activation && activations[activation.op]?.(activation)) ?? { activation: 'linear' });
}
