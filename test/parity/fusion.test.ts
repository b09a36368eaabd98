import { beforeAll, describe, expect, it } from 'vitest';
import { decomposePads } from '../../src/compiler/3-lower/passes/decompose-pads.js';
import { eliminateDeadCode } from '../../src/compiler/3-lower/passes/eliminate-dead-code.js';
import type { Program } from '../../src/compiler/ir/program.js';
import type { Attributes, OpName } from '../../src/compiler/ops/index.js';
import type { Engine } from '../../src/runtime/engines/index.js';
import { gradientProgram } from '../support/gradient-program.js';
import { programBuilder } from '../support/program-builder.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';
import { presentEngines, relativeDifference, runOnce } from './engines.js';

/** Relative to the greatest magnitude in a tensor. */
const tolerance = 5e-5;

interface Fused {
  readonly op: OpName;
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly channels: number;
  readonly attributes: Attributes;
}

/** Operators that some engine computes together with the bias and the activation behind them. */
const fused: readonly Fused[] = [
  { op: 'conv2d', x: [2, 7, 6, 3], kernel: [3, 3, 3, 4], channels: 4, attributes: { strides: [2, 2], padding: 'same' } },
  { op: 'conv2d', x: [1, 8, 7, 3], kernel: [3, 3, 3, 4], channels: 4, attributes: { dilations: [2, 2], padding: [1, 2, 0, 1] } },
  { op: 'conv2d', x: [1, 4, 4, 8], kernel: [1, 1, 8, 4], channels: 4, attributes: {} },
  { op: 'depthwise_conv2d', x: [1, 8, 8, 4], kernel: [3, 3, 4, 2], channels: 8, attributes: { strides: [2, 2], padding: 'same' } },
  { op: 'conv2d_transpose', x: [1, 4, 4, 3], kernel: [4, 4, 4, 3], channels: 4, attributes: { strides: [2, 2], output_size: [8, 8] } },
  { op: 'matmul', x: [3, 5], kernel: [5, 4], channels: 4, attributes: {} },
  { op: 'matmul', x: [5, 3], kernel: [4, 5], channels: 4, attributes: { transpose_a: true, transpose_b: true } },
];

const activations: readonly (readonly [OpName, Attributes] | undefined)[] = [
  undefined,
  ['relu', {}],
  ['leaky_relu', { alpha: 0.2 }],
  // Below 0 the sign of the result says nothing of the operand, which the gradient then needs.
  ['leaky_relu', { alpha: -0.3 }],
  ['leaky_relu', { alpha: 1.5 }],
  ['sigmoid', {}],
  ['tanh', {}],
];

function programOf({ op, x, kernel, channels, attributes }: Fused, withBias: boolean, activation: (typeof activations)[number]): Program {
  const b = programBuilder();
  const product = b.op(op, [b.input('x', x), b.parameter('kernel', kernel)], attributes);
  const sum = withBias ? b.op('add', [product, b.parameter('bias', [channels])]) : product;
  const y = activation ? b.op(activation[0], [sum], activation[1]) : sum;
  b.result('y', y);
  b.result('loss', b.op('reduce_mean', [b.op('square', [y])]));
  return decomposePads(b.build());
}

let engines: readonly Engine[] = [];
beforeAll(async () => {
  engines = await presentEngines();
});

const cases = fused.flatMap((use) =>
  activations.flatMap((activation) =>
    [true, false].map((withBias) => {
      const behind = [withBias ? 'bias' : '', activation ? `${activation[0]} ${Object.values(activation[1]).join()}`.trim() : ''];
      const title = [`${use.op} ${JSON.stringify(use.attributes)}`, ...behind.filter((part) => part !== '')].join(' + ');
      return [title, use, withBias, activation] as const;
    }),
  ),
);

describe('every engine computes an operator with its bias and activation, and the gradients through them', () => {
  it.each(cases)('%s', async (_title, use, withBias, activation) => {
    const forward = programOf(use, withBias, activation);
    const program = gradientProgram(
      forward,
      'loss',
      forward.inputs.map(({ name }) => name),
    );
    const feeds = new Map(
      program.inputs.map(({ name, tensor }) => [name, randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name)]),
    );
    const expected = interpret(program, feeds);
    // The forward pass alone, whose pre-activation nothing else reads, and the same with the gradients beside it.
    for (const engine of engines) {
      const found = new Map([...(await runOnce(engine, program, feeds)), ...(await runOnce(engine, onlyResult(forward), feeds))]);
      for (const [name, value] of found) {
        const reference = expected.get(name);
        if (reference === undefined) throw new Error(`the reference gives no ${name}`);
        expect.soft(relativeDifference(value, reference), `${name} on ${engine.name}`).toBeLessThan(tolerance);
      }
    }
  });
});

function onlyResult(program: Program): Program {
  return eliminateDeadCode({ ...program, outputs: program.outputs.filter(({ name }) => name === 'y') });
}
