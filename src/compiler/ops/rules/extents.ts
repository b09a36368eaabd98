import type { Dimension } from '../../ir/dimension.js';

/** Extent of an axis; 1 for axes that a shape does not have, as in broadcasting. */
export const extentAt = <D extends Dimension>(shape: readonly D[], axis: number): D | 1 => shape[axis] ?? 1;
