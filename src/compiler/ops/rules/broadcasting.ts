import type { Dimension, Shape } from '../../ir/dimension.js';
import type { ShapeContext, ShapeProblem } from '../op.js';
import { extentAt } from './extents.js';
import { problem } from './problem.js';

const shorter = (a: Dimension, b: Dimension): Dimension => {
  if (typeof a === 'number') return a;
  return typeof b === 'number' || b.length < a.length ? b : a;
};

/**
 * The common shape of tensors that are combined element by element: aligned at the last axis, an extent of 1 stretches to the other's
 * (NumPy's rule). Of two dimensions that are equal under a recorded constraint the simpler one is the result.
 */
export const broadcastShapes = (shapes: readonly Shape[], context: ShapeContext): Shape | ShapeProblem => {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result: Dimension[] = new Array<Dimension>(rank).fill(1);
  const setBy = new Array<number>(rank).fill(0);
  for (const [input, shape] of shapes.entries()) {
    for (const [i, dimension] of shape.entries()) {
      const axis = rank - shape.length + i;
      const known = extentAt(result, axis);
      if (dimension === 1) continue;
      if (known === 1) {
        result[axis] = dimension;
        setBy[axis] = input;
      } else if (context.equal(known, dimension)) result[axis] = shorter(known, dimension);
      else {
        const other = setBy[axis] ?? 0;
        return problem(
          `axis ${axis} has ${known} elements in [${(shapes[other] ?? []).join(', ')}] and ${dimension} in [${shape.join(', ')}]; ` +
            'extents must be equal, or one of them 1',
          other,
          input,
        );
      }
    }
  }
  return result;
};

/** Axes of the broadcast shape along which `shape` was stretched or that it lacks. */
export const stretchedAxes = (shape: Shape, broadcast: Shape): number[] => {
  const missing = broadcast.length - shape.length;
  return broadcast.flatMap((dimension, axis) => (axis < missing || (shape[axis - missing] === 1 && dimension !== 1) ? [axis] : []));
};
