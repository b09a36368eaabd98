import type { Kernel, KernelTable } from './kernel.js';
import { kernels } from './table.js';

/**
 * tfjs's WebGPU backend casts a boolean to a float by relabelling its buffer of integers, which some of its shaders then do not compile for. A product
 * with 1 writes floats.
 */
const written =
  (comparison: Kernel): Kernel =>
  (call) =>
    call.tf.mul(comparison(call), 1);

/** How each operator runs on tfjs's WebGPU backend. */
export const webgpuKernels: KernelTable = {
  ...kernels,
  greater: written(kernels.greater),
  greater_equal: written(kernels.greater_equal),
  equal: written(kernels.equal),
};
