import type { OpDefinition } from './op.js';
import { dimensions } from './rules/attributes.js';
import { poolingAttributes } from './rules/pooling.js';
import { rankProblem } from './rules/problem.js';
import { checkWindowInverse, inputSizeAttribute, poolWindow, windowProblem } from './rules/window.js';

export const avgPoolGradient: OpDefinition = {
  name: 'avg_pool_gradient',
  documentation: 'Gradient of avg_pool: dy [B, i, j, C] gives [B, H, W, C].',
  inputs: ['dy'],
  attributes: [...poolingAttributes, inputSizeAttribute],
  callable: false,
  shape: ([dy = []], attributes, context) => {
    const wrong = rankProblem('avg_pool_gradient', dy, 4, '[B, i, j, C]') ?? windowProblem(attributes);
    if (wrong) return wrong;
    const [batch = 1, rows = 1, columns = 1, channels = 1] = dy;
    const size = dimensions(attributes, 'input_size');
    return checkWindowInverse(size, [rows, columns], poolWindow(attributes), context) ?? [batch, ...size, channels];
  },
  gradient: (builder, { outputGradient, attributes: { input_size: _size, ...window } }) => [
    builder.emit('avg_pool', [outputGradient], window),
  ],
};
