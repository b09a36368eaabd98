import type { OpDefinition } from './op.js';
import { broadcastShape, zeroGradient } from './rules/elementwise.js';

export const greaterEqual: OpDefinition = {
  name: 'greater_equal',
  documentation: '1 where a >= b, 0 elsewhere.',
  inputs: ['a', 'b'],
  attributes: [],
  callable: true,
  shape: broadcastShape,
  gradient: zeroGradient,
};
