import type { Attributes, OpName } from '../../../../compiler/ops/index.js';
import type { Tfjs } from '../library.js';

/** What an operator's kernel is given. It may create intermediates freely: the interpreter frees all but the result. */
export interface KernelCall {
  readonly tf: typeof Tfjs;
  readonly inputs: readonly Tfjs.Tensor[];
  readonly attributes: Attributes;
  /** Shape that the Program gives the result. */
  readonly outputShape: readonly number[];
}

export type Kernel = (call: KernelCall) => Tfjs.Tensor;

/** How each operator runs. The type checker names the operators that are missing. */
export type KernelTable = Readonly<Record<OpName, Kernel>>;

/** The i-th operand; the verifier has checked that it is there. */
export function operand(call: KernelCall, index: number): Tfjs.Tensor {
  const tensor = call.inputs[index];
  if (tensor === undefined) throw new Error(`operand ${index} is missing`);
  return tensor;
}

/** Runs a kernel that tfjs has no public function for. */
export function runKernel(
  { tf }: KernelCall,
  name: string,
  inputs: Readonly<Record<string, Tfjs.Tensor>>,
  attributes: Readonly<Record<string, unknown>>,
): Tfjs.Tensor {
  const result: Tfjs.Tensor | Tfjs.Tensor[] = tf.engine().runKernel(name, { ...inputs }, { ...attributes } as Tfjs.NamedAttrMap);
  return Array.isArray(result) ? (result[0] as Tfjs.Tensor) : result;
}
