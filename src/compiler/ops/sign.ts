import type { OpDefinition } from './op.js';
import { unaryShape, zeroGradient } from './rules/elementwise.js';

export const sign: OpDefinition = {
  name: 'sign',
  documentation: '-1, 0 or 1: the sign of x.',
  inputs: ['x'],
  attributes: [],
  callable: true,
  shape: unaryShape,
  gradient: zeroGradient,
};
