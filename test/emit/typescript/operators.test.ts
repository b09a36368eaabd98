import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decomposePads } from '../../../src/compiler/3-lower/passes/decompose-pads.js';
import { type Attributes, completeAttributes, constantOps, isProblem, type OpName, opDefinition } from '../../../src/compiler/ops/index.js';
import { flag, integers, number, padding, pairs, word } from '../../../src/compiler/ops/rules/attributes.js';
import { reducedAxes } from '../../../src/compiler/ops/rules/axes.js';
import * as templates from '../../../templates/typescript/operators.js';
import { feedsOf, inputName, type OpCase, opCases, programOf, titleOf, wantedInputs } from '../../ops/cases.js';
import { noGradientOracle, tfjsFunctions } from '../../ops/tfjs-oracle.js';
import { gradientProgram } from '../../support/gradient-program.js';
import { interpret } from '../../support/reference/interpret.js';
import type { Tensor64 } from '../../support/reference/tensor.js';

type Written = (operands: readonly tf.Tensor[], attributes: Attributes) => tf.Tensor;

/** What the generated code calls for an operator. */
interface Substitute {
  /** Its name in operators.ts. */
  readonly name: keyof typeof templates;
  readonly call: Written;
}

const pictures = (operands: readonly tf.Tensor[]) => operands as readonly tf.Tensor4D[] as [tf.Tensor4D, tf.Tensor4D];

const pair = (attributes: Attributes, name: string) => integers(attributes, name) as readonly number[] as [number, number];

const windowOf = (attributes: Attributes): templates.ConvolutionOptions => ({
  strides: pair(attributes, 'strides'),
  dilations: pair(attributes, 'dilations'),
  padding: padding(attributes),
});

/** The substitutes of operators.ts by operator; it is theirs that the table below shows to be exact. */
const substitutes: Partial<Record<OpName, Substitute>> = {
  abs: { name: 'absolute', call: ([x]) => templates.absolute(x as tf.Tensor) },
  maximum: { name: 'maximum', call: ([a, b]) => templates.maximum(a as tf.Tensor, b as tf.Tensor) },
  minimum: { name: 'minimum', call: ([a, b]) => templates.minimum(a as tf.Tensor, b as tf.Tensor) },
  greater: { name: 'compare', call: ([a, b]) => templates.compare(tf.greater, a as tf.Tensor, b as tf.Tensor) },
  greater_equal: { name: 'compare', call: ([a, b]) => templates.compare(tf.greaterEqual, a as tf.Tensor, b as tf.Tensor) },
  equal: { name: 'compare', call: ([a, b]) => templates.compare(tf.equal, a as tf.Tensor, b as tf.Tensor) },
  select: { name: 'select', call: ([condition, a, b]) => templates.select(condition as tf.Tensor, a as tf.Tensor, b as tf.Tensor) },
  stop_gradient: { name: 'stopGradient', call: ([x]) => templates.stopGradient(x as tf.Tensor) },
  reduce_max: {
    name: 'reduceMax',
    call: ([x], attributes) =>
      templates.reduceMax(x as tf.Tensor, [...reducedAxes(attributes, (x as tf.Tensor).rank)], flag(attributes, 'keepdims')),
  },
  conv2d: { name: 'conv2d', call: (operands, attributes) => templates.conv2d(...pictures(operands), windowOf(attributes)) },
  depthwise_conv2d: {
    name: 'depthwiseConv2d',
    call: (operands, attributes) => templates.depthwiseConv2d(...pictures(operands), windowOf(attributes)),
  },
  conv2d_transpose: {
    name: 'conv2dTranspose',
    call: (operands, attributes) => templates.conv2dTranspose(...pictures(operands), pair(attributes, 'output_size'), windowOf(attributes)),
  },
  avg_pool: { name: 'averagePool', call: (operands, attributes) => pooled(templates.averagePool, operands, attributes) },
  max_pool: { name: 'maximumPool', call: (operands, attributes) => pooled(templates.maximumPool, operands, attributes) },
  matmul: {
    name: 'matMul',
    call: ([a, b], attributes) =>
      templates.matMul(a as tf.Tensor, b as tf.Tensor, flag(attributes, 'transpose_a'), flag(attributes, 'transpose_b')),
  },
  depth_to_space: {
    name: 'depthToSpace',
    call: (operands, attributes) => templates.depthToSpace(pictures(operands)[0], number(attributes, 'block_size')),
  },
  space_to_depth: {
    name: 'spaceToDepth',
    call: (operands, attributes) => templates.spaceToDepth(pictures(operands)[0], number(attributes, 'block_size')),
  },
  pad: {
    name: 'padWith',
    call: ([x], attributes) => {
      const mode = word(attributes, 'mode');
      if (mode === 'replicate' || mode === 'reflect' || mode === 'symmetric')
        return templates.padWith(x as tf.Tensor, pairs(attributes, 'paddings') as readonly (readonly number[])[], mode);
      return (tfjsFunctions.pad as Written)([x as tf.Tensor], attributes);
    },
  },
};

function pooled(pool: typeof templates.averagePool, operands: readonly tf.Tensor[], attributes: Attributes): tf.Tensor {
  return pool(pictures(operands)[0], pair(attributes, 'size'), {
    strides: pair(attributes, 'strides'),
    padding: padding(attributes),
  });
}

/** What generated code computes for a use. */
const writtenFor = (op: OpName): Written => {
  const written = substitutes[op]?.call ?? tfjsFunctions[op];
  if (written === undefined) throw new Error(`nothing is written for ${op}`);
  return written;
};

const half: readonly [number, number] = [0.5, 0.5];

/** Uses at a kink, where differences say nothing: the generated code has to take the side that the operator's documentation names. */
const kinks: readonly OpCase[] = [
  ...(['abs', 'relu', 'leaky_relu', 'sign'] as const).map((op): OpCase => ({ op, about: 'at 0', shapes: [[2, 3]], ranges: [[0, 0]] })),
  { op: 'clip', about: 'at its maximum', shapes: [[2, 3]], ranges: [half], attributes: { minimum: -1, maximum: 0.5 } },
  ...(['maximum', 'minimum'] as const).map((op): OpCase => ({ op, about: 'of equals', shapes: [[2, 3], [3]], ranges: [half, half] })),
  { op: 'reduce_max', about: 'of equals', shapes: [[2, 3, 4]], ranges: [half], attributes: { axes: [1] } },
  {
    op: 'max_pool',
    about: 'of equals',
    shapes: [[1, 4, 4, 2]],
    ranges: [half],
    attributes: { size: [2, 2], strides: [2, 2], padding: 'valid' },
  },
  { op: 'stop_gradient', about: 'values', shapes: [[2, 3]] },
];

const uses = [...opCases.filter(({ op }) => substitutes[op] !== undefined), ...kinks];

const attributesOf = ({ op, attributes }: OpCase): Attributes => {
  const complete = completeAttributes(op, opDefinition(op).attributes, attributes ?? {});
  if (isProblem(complete)) throw new Error(`${op} has wrong attributes`);
  return complete;
};

const expectClose = (found: tf.Tensor | undefined, expected: Tensor64 | undefined, what: string): void => {
  expect(found?.shape, what).toEqual(expected?.shape);
  const values = found?.dataSync() ?? [];
  for (const [i, value] of (expected?.values ?? []).entries()) {
    const other = values[i] ?? Number.NaN;
    expect(Math.abs(value - other), `${what}, element ${i}: ${other}, it should be ${value}`).toBeLessThan(
      1e-5 * Math.max(1, Math.abs(value)),
    );
  }
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** The expected values are those of the compiler's rules in float64, which test/ops holds against finite differences. */
describe('the operators of generated code have the values and the gradients of the compiler', () => {
  it.each(uses.map((use) => [titleOf(use), use] as const))('%s', (_title, use) => {
    const program = decomposePads(programOf(use));
    const feeds = feedsOf(use, program);
    const operands = use.shapes.map((shape, i) => tf.tensor(Float32Array.from(feeds.get(inputName(i)) ?? []), [...shape]));
    const apply = (inputs: readonly tf.Tensor[]) => writtenFor(use.op)(inputs, attributesOf(use));
    expectClose(apply(operands), interpret(program, feeds).get('y'), 'value');

    const wanted = wantedInputs(use);
    const expected = interpret(gradientProgram(program, 'loss', wanted.map(inputName)), feeds);
    const lossOf = (...inputs: tf.Tensor[]) => {
      const y = apply(inputs);
      return tf.sum(tf.mul(y, tf.tensor(Float32Array.from(feeds.get('weights') ?? []), y.shape)));
    };
    const found = tf.grads(lossOf)(operands);
    for (const i of wanted) {
      const zero = { shape: use.shapes[i] ?? [], values: new Float64Array(operands[i]?.size ?? 0) };
      expectClose(found[i], expected.get(`d ${inputName(i)}`) ?? zero, `gradient of input ${i}`);
    }
  });

  it.each([
    [[4], 0],
    [[2, 3, 2], 1],
    [[3, 1], 1],
  ])('positions of [%j] along %i', (shape, axis) => {
    const expected = constantOps.positions.values({ shape, axis });
    expect([...templates.positions(shape, axis).dataSync()]).toEqual([...expected]);
  });

  it('are all in this table', () => {
    const source = readFileSync(fileURLToPath(new URL('../../../templates/typescript/operators.ts', import.meta.url)), 'utf8');
    const exported = [...source.matchAll(/^export function (\w+)/gm)].map(([, name]) => name);
    expect(Object.keys(templates).sort()).toEqual(exported.sort());
    const constants = Object.keys(constantOps);
    expect([...new Set([...Object.values(substitutes).map(({ name }) => name), ...constants])].sort()).toEqual(exported);
  });

  it('stand wherever the gradient of tfjs is missing or wrong', () => {
    const wrong = opCases.filter((use) => opDefinition(use.op).callable && use.op !== 'sign' && noGradientOracle(use) !== undefined);
    expect([...new Set(wrong.map(({ op }) => op))].filter((op) => substitutes[op] === undefined)).toEqual([]);
  });
});
