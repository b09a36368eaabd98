import type { Shape } from '../../ir/dimension.js';
import type { OpDefinition, ShapeContext, ShapeProblem } from '../op.js';
import { broadcastShapes } from './broadcasting.js';
import { problem } from './problem.js';

/** Shape rule of an operator on each element of one tensor. */
export const unaryShape: OpDefinition['shape'] = ([x = []]) => x;

/** Shape rule of an operator on corresponding elements, with broadcasting. */
export const broadcastShape: OpDefinition['shape'] = (inputs, _attributes, context) => broadcastShapes(inputs, context);

/** Whether an operator works element by element, so that an extent of its result is that of an operand. */
export const hasElementwiseShape = ({ shape }: OpDefinition): boolean => shape === unaryShape || shape === broadcastShape;

/** Shape rule of an operator on tensors that have all the same shape. */
export const sameShape: OpDefinition['shape'] = (inputs, _attributes, context) => requireSameShape(inputs, context);

const requireSameShape = (inputs: readonly Shape[], context: ShapeContext): Shape | ShapeProblem => {
  const [first = [], ...others] = inputs;
  for (const [i, other] of others.entries()) {
    if (other.length !== first.length || !first.every((dimension, axis) => context.equal(dimension, other[axis] ?? 0))) {
      return problem(`the shapes must be equal, found [${first.join(', ')}] and [${other.join(', ')}]`, 0, i + 1);
    }
  }
  return first;
};

/** Gradient rule of an operator whose derivative is zero almost everywhere (comparisons, sign). */
export const zeroGradient: NonNullable<OpDefinition['gradient']> = (_builder, { inputs }) => inputs.map(() => undefined);
