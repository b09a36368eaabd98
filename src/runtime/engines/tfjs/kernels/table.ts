import type { OpName } from '../../../../compiler/ops/index.js';
import { flag } from '../../../../compiler/ops/rules/attributes.js';
import { convolutionKernels } from './convolution.js';
import { elementwiseKernels } from './elementwise.js';
import { type Kernel, operand } from './kernel.js';
import { poolingKernels } from './pooling.js';
import { reductionKernels } from './reduction.js';
import { shapeKernels } from './shape.js';

const matmul: Kernel = (call) => {
  const { tf, attributes } = call;
  return tf.matMul(operand(call, 0), operand(call, 1), flag(attributes, 'transpose_a'), flag(attributes, 'transpose_b'));
};

/** How each operator runs on tfjs. The type checker names the operators that are missing here. */
export const kernels: Record<OpName, Kernel> = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...convolutionKernels,
  ...poolingKernels,
  matmul,
};
