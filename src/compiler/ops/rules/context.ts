import { areEqual } from '../../ir/dimension.js';
import type { ShapeContext } from '../op.js';

/** Demands that shapes agree at all sizes; no constraint is recorded. */
export const shapesAtAllSizes: ShapeContext = { equal: areEqual };

/** For Programs, whose dimensions are numbers. */
export const concreteShapes: ShapeContext = { equal: (a, b) => a === b };
