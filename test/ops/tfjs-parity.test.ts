import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { decomposePads } from '../../src/compiler/3-lower/passes/decompose-pads.js';
import { type Attributes, completeAttributes, isProblem, opDefinition } from '../../src/compiler/ops/index.js';
import { gradientProgram } from '../support/gradient-program.js';
import { interpret } from '../support/reference/interpret.js';
import type { Tensor64 } from '../support/reference/tensor.js';
import { feedsOf, inputName, type OpCase, opCases, programOf, titleOf, wantedInputs } from './cases.js';
import { noForwardOracle, noGradientOracle, tfjsFunctions } from './tfjs-oracle.js';

const attributesOf = ({ op, attributes }: OpCase): Attributes => {
  const complete = completeAttributes(op, opDefinition(op).attributes, attributes ?? {});
  if (isProblem(complete)) throw new Error(`${op} has wrong attributes`);
  return complete;
};

const expectClose = (found: Tensor64 | undefined, expected: tf.Tensor): void => {
  expect(found?.shape).toEqual(expected.shape);
  const values = expected.dataSync();
  for (const [i, value] of (found?.values ?? []).entries()) {
    const other = values[i] ?? Number.NaN;
    expect(Math.abs(value - other), `element ${i}: ${value}, tfjs has ${other}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(other)));
  }
};

const judged = opCases.filter(({ op }) => tfjsFunctions[op] !== undefined);

/** Lists the cases that tfjs cannot judge as skipped tests, each with the reason. */
const listSkipped = (reasonOf: (use: OpCase) => string | undefined): void => {
  for (const use of judged) {
    const reason = reasonOf(use);
    if (reason !== undefined) it.skip(`${titleOf(use)}: ${reason}`, () => undefined);
  }
};

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('operators agree with tfjs', () => {
  const uses = judged.filter((use) => noForwardOracle(use) === undefined);
  listSkipped(noForwardOracle);
  it.each(uses.map((use) => [titleOf(use), use] as const))('%s', (_title, use) => {
    const program = programOf(use);
    const feeds = feedsOf(use, program);
    const operands = use.shapes.map((shape, i) => tf.tensor(Float32Array.from(feeds.get(inputName(i)) ?? []), [...shape]));
    const expected = tfjsFunctions[use.op]?.(operands, attributesOf(use));
    if (expected === undefined) throw new Error(`tfjs has no ${use.op}`);
    expectClose(interpret(program, feeds).get('y'), expected);
  });
});

describe('gradients agree with the automatic differentiation of tfjs', () => {
  const uses = judged.filter((use) => noGradientOracle(use) === undefined);
  listSkipped(noGradientOracle);
  it.each(uses.map((use) => [titleOf(use), use] as const))('%s', (_title, use) => {
    const program = decomposePads(programOf(use));
    const feeds = feedsOf(use, program);
    const wanted = wantedInputs(use);
    const results = interpret(gradientProgram(program, 'loss', wanted.map(inputName)), feeds);
    const operands = use.shapes.map((shape, i) => tf.tensor(Float32Array.from(feeds.get(inputName(i)) ?? []), [...shape]));
    const lossGradients = tf.grads((...inputs: tf.Tensor[]) => {
      const y = tfjsFunctions[use.op]?.(inputs, attributesOf(use));
      if (y === undefined) throw new Error(`tfjs has no ${use.op}`);
      return tf.sum(tf.mul(y, tf.tensor(Float32Array.from(feeds.get('weights') ?? []), y.shape)));
    })(operands);
    for (const i of wanted) {
      const expected = lossGradients[i];
      if (expected === undefined) throw new Error(`tfjs gave no gradient for input ${i}`);
      expectClose(results.get(`d ${inputName(i)}`), expected);
    }
  });
});
