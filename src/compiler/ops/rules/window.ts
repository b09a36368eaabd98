import type { Dimension, Shape } from '../../ir/dimension.js';
import type { AttributeSpecification, Attributes, ShapeContext, ShapeProblem } from '../op.js';
import { integers, padding } from './attributes.js';
import { type Window, windowPositions } from './padding.js';
import { problem } from './problem.js';

const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 1, values[1] ?? values[0] ?? 1];

/** Attributes that say how a window moves. */
export const stridesAttribute: AttributeSpecification = {
  name: 'strides',
  kind: 'ints',
  default: [1, 1],
  documentation: 'Steps of the window, [vertical, horizontal].',
};

export const dilationsAttribute: AttributeSpecification = {
  name: 'dilations',
  kind: 'ints',
  default: [1, 1],
  documentation: 'Distances between neighbouring taps of the kernel, [vertical, horizontal].',
};

export const paddingAttribute: AttributeSpecification = {
  name: 'padding',
  kind: 'padding',
  default: 'same',
  documentation: '"same" (the output has ceil(size / stride) rows), "valid" (no padding) or [top, bottom, left, right].',
};

export const poolSizeAttribute: AttributeSpecification = {
  name: 'size',
  kind: 'ints',
  documentation: 'Rows and columns of the window.',
};

export const kernelSizeAttribute: AttributeSpecification = {
  name: 'kernel_size',
  kind: 'ints',
  documentation: 'Rows and columns of the kernel.',
};

export const inputSizeAttribute: AttributeSpecification = {
  name: 'input_size',
  kind: 'dimensions',
  documentation: 'Height and width of the input of the operator whose gradient this is.',
};

/** The window an operator moves, from its attributes and the size of its kernel. */
export const windowOf = (attributes: Attributes, size: readonly number[]): Window => ({
  size: pair(size),
  strides: pair(integers(attributes, 'strides')),
  dilations: attributes.dilations === undefined ? [1, 1] : pair(integers(attributes, 'dilations')),
  padding: padding(attributes),
});

/** Window of a pooling operator. */
export const poolWindow = (attributes: Attributes): Window => windowOf(attributes, integers(attributes, 'size'));

const checkPositivePair = (attributes: Attributes, name: string): ShapeProblem | undefined => {
  if (attributes[name] === undefined) return undefined;
  const values = integers(attributes, name);
  return values.length === 2 && values.every((value) => value >= 1)
    ? undefined
    : problem(`'${name}' is two integers of at least 1, found [${values.join(', ')}]`);
};

/** The problem of attributes that describe no window, if so. */
export const windowProblem = (attributes: Attributes): ShapeProblem | undefined =>
  ['strides', 'dilations', 'size', 'kernel_size'].map((name) => checkPositivePair(attributes, name)).find((found) => found !== undefined);

/** Height and width of the output of a window over [height, width], or the problem of a window larger than the padded input. */
export const windowOutput = (height: Dimension, width: Dimension, window: Window): readonly [Dimension, Dimension] | ShapeProblem => {
  const output = [windowPositions(height, window, 0), windowPositions(width, window, 1)] as const;
  if (output.some((size) => typeof size === 'number' && size < 1)) {
    return problem(`a window of ${window.size.join('x')} does not fit into an input of ${height}x${width}`, 0);
  }
  return output;
};

/** Checks that a window over an input of `inputSize` gives an output of the height and width given, as gradient operators need. */
export const checkWindowInverse = (
  inputSize: Shape,
  output: readonly [Dimension, Dimension],
  window: Window,
  context: ShapeContext,
): ShapeProblem | undefined => {
  const [height, width, ...rest] = inputSize;
  if (height === undefined || width === undefined || rest.length > 0) {
    return problem(`the size is [height, width], found [${inputSize.join(', ')}]`);
  }
  const expected = windowOutput(height, width, window);
  if ('problem' in expected) return expected;
  return context.equal(expected[0], output[0]) && context.equal(expected[1], output[1])
    ? undefined
    : problem(
        `a ${window.size.join('x')} window with strides [${window.strides.join(', ')}] over ${height}x${width} ` +
          `gives ${expected.join('x')}, not ${output.join('x')}`,
        0,
      );
};

/** For each position of a window along one axis, how many of its pixels lie inside the image. */
export const coveredCounts = (positions: number, size: number, window: number, stride: number, before: number): number[] =>
  Array.from({ length: positions }, (_, position) => {
    const start = position * stride - before;
    return Math.min(start + window, size) - Math.max(start, 0);
  });
