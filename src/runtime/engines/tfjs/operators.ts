import type { OpName } from '../../../compiler/ops/index.js';
import { axesLimit, copyingPads, elementwise, type OperatorTable } from '../operators.js';

/** What tfjs has no single kernel for on any backend. */
const composed: readonly OpName[] = ['clip', 'select', 'relu_gradient', 'leaky_relu_gradient', 'avg_pool_gradient'];

export const tfjsCpuOperators: OperatorTable = { composed: new Set(composed), limits: [copyingPads] };

export const tfjsWasmOperators: OperatorTable = {
  composed: new Set<OpName>([
    ...composed,
    'conv2d_transpose',
    'conv2d_filter_gradient',
    'depthwise_conv2d_input_gradient',
    'depthwise_conv2d_filter_gradient',
    'max_pool_gradient',
  ]),
  // XNNPACK, which these kernels call, takes 6 axes; the backend prints its refusal and goes on with what the memory holds.
  limits: [
    copyingPads,
    axesLimit(6, ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'pad', 'clip', 'relu_gradient', 'leaky_relu_gradient']),
  ],
};

export const tfjsWebgpuOperators: OperatorTable = {
  composed: new Set<OpName>([...composed, 'greater', 'greater_equal', 'equal']),
  limits: [
    copyingPads,
    axesLimit(4, ['pad', 'reverse', 'select']),
    axesLimit(6, [...elementwise, 'transpose', 'slice', 'reduce_sum', 'reduce_mean', 'reduce_max']),
  ],
};
