import type { OpDefinition } from './op.js';
import { unaryShape, zeroGradient } from './rules/elementwise.js';

export const stopGradient: OpDefinition = {
  name: 'stop_gradient',
  documentation: 'x, through which no gradient flows.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: zeroGradient,
};
