import { type Dimension, elementsOf, multiply, type Shape } from '../../ir/dimension.js';
import type { AttributeSpecification, Attributes, Cost, ShapeContext, ShapeProblem } from '../op.js';
import { isProblem, problem, rankProblem } from './problem.js';
import { dilationsAttribute, paddingAttribute, stridesAttribute, windowOf, windowOutput, windowProblem } from './window.js';

export const convolutionAttributes: readonly AttributeSpecification[] = [stridesAttribute, dilationsAttribute, paddingAttribute];

export type Rank4 = readonly [Dimension, Dimension, Dimension, Dimension];

/** The two tensors of a convolution-like operator as rank-4 shapes, or the problem of those that are not. */
export const rank4Pair = (
  name: string,
  inputs: readonly Shape[],
  meanings: readonly [string, string],
  attributes: Attributes,
): readonly [Rank4, Rank4] | ShapeProblem => {
  const [first = [], second = []] = inputs;
  const wrong = rankProblem(name, first, 4, meanings[0], 0) ?? rankProblem(name, second, 4, meanings[1], 1) ?? windowProblem(attributes);
  return wrong ?? [first as unknown as Rank4, second as unknown as Rank4];
};

/** Rows and columns of a kernel, which are always numbers. */
export const kernelSize = (kernel: Shape): readonly number[] => kernel.slice(0, 2).map(Number);

/** The problem of an input whose channels are not those of the kernel, if so. */
export const channelProblem = (channels: Dimension, expected: Dimension, context: ShapeContext): ShapeProblem | undefined =>
  context.equal(channels, expected) ? undefined : problem(`the input has ${channels} channels, the kernel takes ${expected}`, 0, 1);

/** Shape of conv2d and depthwise_conv2d: positions of the window, and the channels that the kernel makes. */
export const convolutionShape = (
  [batch, height, width]: Rank4,
  kernel: Rank4,
  channels: Dimension,
  attributes: Attributes,
): Shape | ShapeProblem => {
  const output = windowOutput(height, width, windowOf(attributes, kernelSize(kernel)));
  return isProblem(output) ? output : [batch, ...output, channels];
};

/** One multiply-accumulate for each element of the kernel at each of `positions`. */
export const costAtPositions = (kernel: Shape, positions: readonly Dimension[]): Cost => ({
  macs: multiply(elementsOf(kernel), elementsOf(positions)),
});
