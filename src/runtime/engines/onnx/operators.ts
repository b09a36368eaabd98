import type { OpName } from '../../../compiler/ops/index.js';
import { copyingPads, type OperatorTable } from '../operators.js';

const composed: readonly OpName[] = [
  'rsqrt',
  'depth_to_space',
  'conv2d_transpose',
  'relu_gradient',
  'leaky_relu_gradient',
  'conv2d_filter_gradient',
  'depthwise_conv2d_filter_gradient',
  'avg_pool_gradient',
  'max_pool_gradient',
];

export const onnxOperators: OperatorTable = { composed: new Set(composed), limits: [copyingPads] };

export const onnxWebgpuOperators: OperatorTable = {
  composed: new Set<OpName>([...composed, 'sign', 'pow', 'space_to_depth', 'depthwise_conv2d_input_gradient']),
  limits: [copyingPads],
};
