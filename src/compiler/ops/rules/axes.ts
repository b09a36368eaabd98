import type { Dimension } from '../../ir/dimension.js';
import type { AttributeSpecification, Attributes, GradientBuilder, OpDefinition, ShapeProblem } from '../op.js';
import { flag, integers } from './attributes.js';
import { problem } from './problem.js';

/** Attributes of a reduction. */
export const reductionAttributes: readonly AttributeSpecification[] = [
  { name: 'axes', kind: 'ints', default: [], documentation: 'Axes to reduce, from 0. An empty list means all of them.' },
  { name: 'keepdims', kind: 'bool', default: false, documentation: 'Keeps each reduced axis with extent 1.' },
];

/** The problem of axes that a tensor of this rank does not have or that are named twice, if so. */
export const axesProblem = (axes: readonly number[], rank: number): ShapeProblem | undefined => {
  const wrong = axes.find((axis) => axis < 0 || axis >= rank);
  if (wrong !== undefined) return problem(`there is no axis ${wrong} in a tensor of rank ${rank}; axes count from 0 to ${rank - 1}`, 0);
  const twice = axes.find((axis, i) => axes.indexOf(axis) !== i);
  return twice === undefined ? undefined : problem(`axis ${twice} is named twice`, 0);
};

/** The axes a reduction names; all of them where it names none. */
export const reducedAxes = (attributes: Attributes, rank: number): readonly number[] => {
  const axes = integers(attributes, 'axes');
  return axes.length > 0 ? axes : Array.from({ length: rank }, (_, axis) => axis);
};

/** The shape with each of the axes kept as extent 1. */
export const keptShape = <D extends Dimension>(shape: readonly D[], axes: readonly number[]): (D | 1)[] =>
  shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));

/** Shape rule of a reduction. */
export const reductionShape: OpDefinition['shape'] = ([x = []], attributes) => {
  const wrong = axesProblem(integers(attributes, 'axes'), x.length);
  if (wrong) return wrong;
  const axes = reducedAxes(attributes, x.length);
  return flag(attributes, 'keepdims') ? keptShape(x, axes) : x.filter((_, axis) => !axes.includes(axis));
};

/** Reshapes the result of a reduction, or its gradient, so that it broadcasts against the reduced tensor. */
export const restoreAxes = (builder: GradientBuilder, value: number, shape: readonly number[], attributes: Attributes): number =>
  builder.emit('reshape', [value], { shape: keptShape(shape, reducedAxes(attributes, shape.length)) });

/** Number of elements that each result of a reduction over `shape` combines. */
export const reducedElements = (shape: readonly number[], attributes: Attributes): number =>
  reducedAxes(attributes, shape.length).reduce((product, axis) => product * (shape[axis] ?? 1), 1);
