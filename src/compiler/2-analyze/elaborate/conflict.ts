import type { RelatedPlace, Span } from '../../diagnostics/index.js';
import { type Dimension, formatShape, type Shape, simplify } from '../../ir/dimension.js';
import type { Context } from './context.js';
import type { TensorValue } from './values.js';

/** The one axis along which two shapes of the same rank differ, but for `ignored`; undefined where that is not one. */
export function differingAxis(a: Shape, b: Shape, isSame: (a: Dimension, b: Dimension) => boolean, ignored?: number): number | undefined {
  if (a.length !== b.length) return undefined;
  const axes = a.flatMap((extent, axis) => (axis !== ignored && !isSame(extent, b[axis] ?? 0) ? [axis] : []));
  return axes.length === 1 ? axes[0] : undefined;
}

/** '48 channels', 'a height of ceil(H/2)', '5 elements along axis 1' */
export function extentText(extent: Dimension, axis: number, rank: number, divisors: ReadonlyMap<string, number>): string {
  const shown = typeof extent === 'number' ? `${extent}` : simplify(extent, divisors);
  if (rank === 4 && axis === 3) return `${shown} ${extent === 1 ? 'channel' : 'channels'}`;
  const name = rank === 4 ? ['a batch', 'a height', 'a width'][axis] : undefined;
  return name ? `${name} of ${shown}` : `${shown} ${extent === 1 ? 'element' : 'elements'} along axis ${axis}`;
}

/** Says where a side of a mismatch comes from: the extent along the axis in question, or the whole shape where there is no single one. */
export function originOfSide(tensor: TensorValue, axis: number | undefined, called: string, context: Context): RelatedPlace {
  const divisors = context.state.constraints.divisorsBySymbol;
  const extent = axis === undefined ? undefined : tensor.shape[axis];
  if (axis === undefined || extent === undefined || !context.builder)
    return { message: `${called} has the shape ${formatShape(tensor.shape, divisors)}`, span: tensor.span };
  const span: Span = context.builder.originOf(tensor, axis);
  return {
    message: `${extentText(extent, axis, tensor.shape.length, divisors)} come${isPlural(extent, axis, tensor.shape.length) ? '' : 's'} from here`,
    span,
  };
}

const isPlural = (extent: Dimension, axis: number, rank: number): boolean => extent !== 1 && (rank !== 4 || axis === 3);
