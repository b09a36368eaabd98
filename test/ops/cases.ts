import type { Program } from '../../src/compiler/ir/program.js';
import { type Attributes, type OpName, opDefinition } from '../../src/compiler/ops/index.js';
import { programBuilder } from '../support/program-builder.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';

/** A use of one operator on random values. */
export interface OpCase {
  readonly op: OpName;
  /** What is special about it. */
  readonly about: string;
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Attributes;
  /** Ranges of the random values of each input; [-1, 1] by default. Chosen away from kinks, where a derivative does not exist. */
  readonly ranges?: readonly (readonly [number, number])[];
  /** Inputs whose gradient is compared; by default all. */
  readonly wanted?: readonly number[];
}

const image = [2, 7, 6, 3] as const;
const positive: readonly [number, number] = [0.3, 2];

const unary = (op: OpName, about = 'values', ranges: OpCase['ranges'] = [[-1, 1]], attributes: Attributes = {}): OpCase => ({
  op,
  about,
  shapes: [[2, 3, 4]],
  ranges,
  attributes,
});

const binary = (op: OpName, ranges: OpCase['ranges'] = []): OpCase[] => [
  {
    op,
    about: 'equal shapes',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    ranges,
  },
  { op, about: 'a bias over an image', shapes: [[2, 3, 2, 4], [4]], ranges },
  { op, about: 'a scalar', shapes: [[], [2, 3]], ranges },
  {
    op,
    about: 'both stretched',
    shapes: [
      [2, 1, 4],
      [3, 1],
    ],
    ranges,
  },
  {
    op,
    about: 'a channel scale [B, 1, 1, C]',
    shapes: [
      [2, 3, 2, 4],
      [2, 1, 1, 4],
    ],
    ranges,
  },
];

const reduction = (op: OpName): OpCase[] => [
  { op, about: 'all axes', shapes: [[2, 3, 4]] },
  { op, about: 'all axes, kept', shapes: [[2, 3, 4]], attributes: { keepdims: true } },
  { op, about: 'height and width', shapes: [[2, 3, 4, 2]], attributes: { axes: [1, 2], keepdims: true } },
  { op, about: 'first and last axis', shapes: [[2, 3, 4]], attributes: { axes: [2, 0] } },
];

const windows: readonly { readonly about: string; readonly attributes: Attributes }[] = [
  { about: 'same', attributes: { padding: 'same' } },
  { about: 'valid', attributes: { padding: 'valid' } },
  { about: 'same, stride 2, odd height', attributes: { padding: 'same', strides: [2, 2] } },
  { about: 'valid, stride 2, a row left over', attributes: { padding: 'valid', strides: [2, 3] } },
  { about: 'explicit, unequal', attributes: { padding: [1, 0, 2, 1], strides: [2, 1] } },
  { about: 'dilated', attributes: { padding: 'same', dilations: [2, 2] } },
  { about: 'dilated, explicit', attributes: { padding: [2, 2, 1, 1], dilations: [2, 1] } },
];

/** Heights and widths that each of the windows makes of 7x6 with a 3x2 kernel. */
const outputs: readonly (readonly [number, number])[] = [
  [7, 6],
  [5, 5],
  [4, 3],
  [3, 2],
  [3, 8],
  [7, 6],
  [7, 7],
];

const convolution = (op: OpName, shapes: (output: readonly [number, number]) => OpCase['shapes'], more: Attributes = {}): OpCase[] =>
  windows.map(({ about, attributes }, i) => ({ op, about, shapes: shapes(outputs[i] ?? [0, 0]), attributes: { ...attributes, ...more } }));

const pools: readonly { readonly about: string; readonly attributes: Attributes; readonly output: readonly [number, number] }[] = [
  { about: 'valid 2x2', attributes: { size: [2, 2], strides: [2, 2], padding: 'valid' }, output: [3, 3] },
  { about: 'same, overlapping, odd height', attributes: { size: [3, 2], strides: [2, 1], padding: 'same' }, output: [4, 6] },
  { about: 'explicit', attributes: { size: [3, 3], strides: [2, 2], padding: [1, 1, 1, 0] }, output: [4, 3] },
];

const pad = (mode: string): OpCase => ({
  op: 'pad',
  about: mode,
  shapes: [[2, 4, 3, 2]],
  attributes: {
    paddings: [
      [0, 0],
      [2, 1],
      [1, 2],
      [0, 0],
    ],
    mode,
    value: 0.5,
  },
});

/** Uses of every operator, ordinary ones and those at the corners of its rules. */
export const opCases: readonly OpCase[] = [
  ...(['neg', 'square', 'exp', 'sigmoid', 'tanh', 'erf', 'softplus'] as const).map((op) => unary(op)),
  unary('erf', 'in the tails', [[-3, 3]]),
  ...(['abs', 'relu', 'leaky_relu', 'sign'] as const).flatMap((op) => [
    unary(op, 'positive', [positive]),
    unary(op, 'negative', [[-2, -0.3]]),
  ]),
  ...(['sqrt', 'rsqrt', 'log'] as const).map((op) => unary(op, 'positive', [positive])),
  unary('clip', 'inside', [[-0.4, 0.4]], { minimum: -0.5, maximum: 0.5 }),
  unary('clip', 'above', [[0.6, 2]], { minimum: -0.5, maximum: 0.5 }),
  ...(['add', 'sub', 'mul'] as const).flatMap((op) => binary(op)),
  ...binary('div', [[-1, 1], positive]),
  ...binary('pow', [positive, [-2, 2]]),
  ...(['maximum', 'minimum'] as const).flatMap((op) => [
    ...binary(op, [
      [-1, 0.4],
      [0.5, 1],
    ]),
    ...binary(op, [
      [0.5, 1],
      [-1, 0.4],
    ]),
  ]),
  ...(['greater', 'greater_equal', 'equal'] as const).flatMap((op) =>
    binary(op, [
      [-1, 0.4],
      [0.5, 1],
    ]),
  ),
  { op: 'select', about: 'true', shapes: [[2, 1], [2, 3], []], ranges: [[1, 2]], wanted: [1, 2] },
  { op: 'select', about: 'false', shapes: [[2, 3], [3], [2, 1]], ranges: [[0, 0]], wanted: [1, 2] },
  ...(['reduce_sum', 'reduce_mean', 'reduce_max'] as const).flatMap(reduction),
  { op: 'reshape', about: 'three axes to one', shapes: [[2, 3, 4]], attributes: { shape: [6, 4] } },
  { op: 'transpose', about: 'a cycle of axes', shapes: [[2, 3, 4]], attributes: { permutation: [2, 0, 1] } },
  {
    op: 'concat',
    about: 'three along channels',
    shapes: [
      [2, 3, 1],
      [2, 3, 4],
      [2, 3, 2],
    ],
    attributes: { axis: 2 },
  },
  {
    op: 'concat',
    about: 'along the batch',
    shapes: [
      [1, 3],
      [2, 3],
    ],
    attributes: { axis: 0 },
  },
  { op: 'slice', about: 'inner part', shapes: [[3, 4, 5]], attributes: { begin: [1, 0, 2], size: [2, 4, 2] } },
  ...['constant', 'replicate', 'reflect', 'symmetric'].map(pad),
  { op: 'broadcast_to', about: 'new and stretched axes', shapes: [[3, 1]], attributes: { shape: [2, 3, 4] } },
  { op: 'reverse', about: 'two axes', shapes: [[2, 3, 4]], attributes: { axes: [0, 2] } },
  { op: 'depth_to_space', about: 'block 2', shapes: [[2, 3, 2, 12]], attributes: { block_size: 2 } },
  { op: 'space_to_depth', about: 'block 3', shapes: [[2, 3, 6, 2]], attributes: { block_size: 3 } },
  ...[false, true].flatMap((ta) =>
    [false, true].map(
      (tb): OpCase => ({
        op: 'matmul',
        about: `transposed: ${ta}, ${tb}`,
        shapes: [ta ? [4, 3] : [3, 4], tb ? [2, 4] : [4, 2]],
        attributes: { transpose_a: ta, transpose_b: tb },
      }),
    ),
  ),
  ...[false, true].flatMap((ta) =>
    [false, true].flatMap((tb): OpCase[] => {
      const [a, b] = [ta ? [4, 3] : [3, 4], tb ? [2, 4] : [4, 2]];
      const attributes = { transpose_a: ta, transpose_b: tb };
      return [
        {
          op: 'matmul',
          about: `a product for each head, transposed: ${ta}, ${tb}`,
          shapes: [
            [2, 3, ...a],
            [2, 3, ...b],
          ],
          attributes,
        },
        { op: 'matmul', about: `matrices with one matrix, transposed: ${ta}, ${tb}`, shapes: [[2, ...a], b], attributes },
        { op: 'matmul', about: `one matrix with matrices, transposed: ${ta}, ${tb}`, shapes: [a, [2, ...b]], attributes },
      ];
    }),
  ),
  { op: 'gather', about: 'some slices twice, one never', shapes: [[2, 4, 3]], attributes: { indices: [2, 0, 2, 2, 3], axis: 1 } },
  { op: 'gather', about: 'another order of channels', shapes: [[2, 3, 3, 4]], attributes: { indices: [3, 1, 0, 2], axis: 3 } },
  { op: 'gather', about: 'rows of a table', shapes: [[3, 2]], attributes: { indices: [1, 1, 0] } },
  ...convolution('conv2d', () => [image, [3, 2, 3, 4]]),
  ...convolution(
    'conv2d_transpose',
    ([h, w]) => [
      [2, h, w, 4],
      [3, 2, 3, 4],
    ],
    { output_size: [7, 6] },
  ),
  ...convolution('conv2d_filter_gradient', ([h, w]) => [image, [2, h, w, 4]], { kernel_size: [3, 2] }),
  ...convolution('depthwise_conv2d', () => [image, [3, 2, 3, 2]]),
  ...convolution(
    'depthwise_conv2d_input_gradient',
    ([h, w]) => [
      [2, h, w, 6],
      [3, 2, 3, 2],
    ],
    { input_size: [7, 6] },
  ),
  ...convolution('depthwise_conv2d_filter_gradient', ([h, w]) => [image, [2, h, w, 6]], { kernel_size: [3, 2] }),
  ...pools.flatMap(({ about, attributes, output: [h, w] }): OpCase[] => [
    { op: 'avg_pool', about, shapes: [image], attributes },
    { op: 'max_pool', about, shapes: [image], attributes },
    { op: 'avg_pool_gradient', about, shapes: [[2, h, w, 3]], attributes: { ...attributes, input_size: [7, 6] } },
  ]),
  {
    op: 'relu_gradient',
    about: 'open',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    ranges: [[-1, 1], positive],
  },
  {
    op: 'relu_gradient',
    about: 'closed',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    ranges: [
      [-1, 1],
      [0, 0],
    ],
    wanted: [0],
  },
  { op: 'cast', about: 'to the same type', shapes: [[2, 3]], attributes: { type: 'float32' } },
  {
    op: 'leaky_relu_gradient',
    about: 'open',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    ranges: [[-1, 1], positive],
  },
  {
    op: 'leaky_relu_gradient',
    about: 'closed',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    ranges: [
      [-1, 1],
      [-2, -1],
    ],
    attributes: { alpha: 0.3 },
  },
];

export const inputName = (index: number): string => `x${index}`;

/** A Program with inputs x0, x1 ..., the operator's result `y`, and `loss`: the sum of y weighted by the input `weights`. */
export const programOf = ({ op, shapes, attributes }: OpCase): Program => {
  const b = programBuilder(op);
  const y = b.op(
    op,
    shapes.map((shape, i) => b.input(inputName(i), shape)),
    attributes ?? {},
  );
  b.result('y', y);
  b.result('loss', b.op('reduce_sum', [b.op('mul', [y, b.input('weights', b.shapeOf(y))])]));
  return b.build();
};

/** Random values for all inputs of `programOf`. */
export const feedsOf = (use: OpCase, program: Program): Map<string, Float64Array> =>
  new Map(
    program.inputs.map(({ name, tensor }, i) => {
      const [least, greatest] = (name === 'weights' ? undefined : use.ranges?.[i]) ?? [-1, 1];
      const length = elementsIn(program.tensors[tensor]?.shape ?? []);
      return [name, randomValues(length, `${use.op} ${use.about} ${name}`, least, greatest)];
    }),
  );

/** Indices of the inputs whose gradients are compared. */
export const wantedInputs = (use: OpCase): readonly number[] => use.wanted ?? use.shapes.map((_, i) => i);

/** Title of a case in the list of tests. */
export const titleOf = ({ op, about, shapes }: OpCase): string =>
  `${opDefinition(op).name}: ${about} ${shapes.map((shape) => `[${shape.join(', ')}]`).join(' ')}`;
