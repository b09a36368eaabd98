import { flag } from '../../../../compiler/ops/rules/attributes.js';
import { convolutionKernels } from './convolution.js';
import { elementwiseKernels } from './elementwise.js';
import { type Kernel, type KernelTable, operand } from './kernel.js';
import { poolingKernels } from './pooling.js';
import { reductionKernels } from './reduction.js';
import { shapeKernels } from './shape.js';

const matmul: Kernel = (call) => {
  const { tf, attributes } = call;
  return tf.matMul(operand(call, 0), operand(call, 1), flag(attributes, 'transpose_a'), flag(attributes, 'transpose_b'));
};

/** How each operator runs on a backend that has tfjs's kernels: cpu and webgpu. */
export const kernels: KernelTable = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...convolutionKernels,
  ...poolingKernels,
  matmul,
};
