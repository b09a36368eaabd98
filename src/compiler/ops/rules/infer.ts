import type { Shape } from '../../ir/dimension.js';
import type { Attributes, OpDefinition, ShapeContext, ShapeProblem } from '../op.js';
import { completeAttributes } from './attributes.js';
import { isProblem, problem } from './problem.js';

/** A checked use of an operator. */
export interface InferredCall {
  /** Shape of the result. */
  readonly shape: Shape;
  /** All attributes, defaults filled in. */
  readonly attributes: Attributes;
}

const arityProblem = (definition: OpDefinition, count: number): ShapeProblem | undefined => {
  const expected = definition.inputs.length;
  if (definition.variadic ? count >= expected : count === expected) return undefined;
  const needs = definition.variadic ? `at least ${expected}` : String(expected);
  return problem(`${definition.name} takes ${needs} tensor${expected === 1 ? '' : 's'} (${definition.inputs.join(', ')}), found ${count}`);
};

/**
 * Checks a use of an operator (number of tensors, attributes, shapes) and gives the shape of its result, or what is wrong.
 * Attributes that are left out get their defaults. Never throws.
 */
export const inferShape = (
  definition: OpDefinition,
  inputs: readonly Shape[],
  attributes: Attributes,
  context: ShapeContext,
): InferredCall | ShapeProblem => {
  const wrong = arityProblem(definition, inputs.length);
  if (wrong) return wrong;
  const complete = completeAttributes(definition.name, definition.attributes, attributes);
  // An attribute may be called anything but 'problem', so the two results cannot be confused.
  if (isProblem(complete)) return complete as ShapeProblem;
  const shape = definition.shape(inputs, complete, context);
  return isProblem(shape) ? shape : { shape, attributes: complete };
};
