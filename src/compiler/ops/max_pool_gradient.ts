import type { OpDefinition } from './op.js';
import { extentAt } from './rules/extents.js';
import { poolingAttributes, poolingShape } from './rules/pooling.js';
import { isProblem, problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const maxPoolGradient: OpDefinition = {
  name: 'max_pool_gradient',
  documentation: 'Gradient of max_pool: x [B, H, W, C], y = max_pool(x) and dy, both [B, i, j, C], give [B, H, W, C].',
  inputs: ['x', 'y', 'dy'],
  attributes: poolingAttributes,
  callable: false,
  shape: ([x = [], y = [], dy = []], attributes, context) => {
    const pooled = poolingShape([x], attributes, context);
    if (isProblem(pooled)) return pooled;
    for (const [i, given] of [y, dy].entries()) {
      if (given.length !== 4 || !pooled.every((extent, axis) => context.equal(extent, extentAt(given, axis)))) {
        return problem(`pooling [${x.join(', ')}] gives [${pooled.join(', ')}], found [${given.join(', ')}]`, 0, i + 1);
      }
    }
    return x;
  },
  type: oneType,
};
