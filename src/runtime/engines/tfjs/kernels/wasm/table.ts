import type { OpName } from '../../../../../compiler/ops/index.js';
import type { Kernel, KernelTable } from '../kernel.js';
import { kernels } from '../table.js';
import { depthwiseFilterGradient, depthwiseInputGradient, filterGradient, transposed } from './convolution.js';
import { averagePoolGradient, maxPoolGradient } from './pooling.js';

/** What tfjs's WebAssembly backend has no kernel for, or a wrong or a slow one, from kernels that it has: exact for every window. */
const composed = {
  conv2d_transpose: transposed,
  conv2d_filter_gradient: filterGradient,
  depthwise_conv2d_input_gradient: depthwiseInputGradient,
  depthwise_conv2d_filter_gradient: depthwiseFilterGradient,
  avg_pool_gradient: averagePoolGradient,
  max_pool_gradient: maxPoolGradient,
} satisfies Partial<Record<OpName, Kernel>>;

/** How each operator runs on tfjs's WebAssembly backend. */
export const wasmKernels: KernelTable = { ...kernels, ...composed };
