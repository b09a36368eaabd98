import type { ElementType } from '../../ir/element-type.js';
import type { Attributes, OpDefinition, ShapeProblem } from '../op.js';
import { problem } from './problem.js';

/** Type rule of an operator that computes in any type: all tensors have one, and the result has it too. */
export const oneType: NonNullable<OpDefinition['type']> = ([first = 'float32', ...others]) => {
  const other = others.findIndex((type) => type !== first);
  return other < 0 ? first : problem(`the types must be equal, found ${first} and ${others[other]}`, 0, other + 1);
};

/** Type of the result of a use of an operator, or what is wrong. Never throws. */
export const inferType = (
  { name, type }: OpDefinition,
  inputs: readonly ElementType[],
  attributes: Attributes,
): ElementType | ShapeProblem => {
  if (type !== undefined) return type(inputs, attributes);
  const other = inputs.findIndex((found) => found !== 'float32');
  return other < 0 ? 'float32' : problem(`${name} takes float32 only, found ${inputs[other]}`, other);
};
