import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { initializeWeights, lowerInference, lowerTrainStep } from '../../../src/compiler/3-lower/index.js';
import type { Program, TensorId } from '../../../src/compiler/ir/program.js';
import { tfjsCpuEngine } from '../../../src/runtime/engines/tfjs/index.js';
import { kernels } from '../../../src/runtime/engines/tfjs/kernels/table.js';
import { findLastUses } from '../../../src/runtime/engines/tfjs/lifetimes.js';
import { planInstructions, splitConstantInstructions } from '../../../src/runtime/engines/tfjs/plan.js';
import { miniature } from '../../parity/miniature.js';
import { programBuilder } from '../../support/program-builder.js';

const everyKernel = () => true;

/** Convolution, bias, ReLU, then the same with the sum read a second time. */
function twoConvolutions(): { program: Program; sum: TensorId; first: TensorId; last: TensorId } {
  const b = programBuilder();
  const x = b.input('x', [1, 4, 4, 2]);
  const kernel = b.parameter('kernel', [3, 3, 2, 2]);
  const bias = b.parameter('bias', [2]);
  const convolve = (image: TensorId) => b.op('add', [b.op('conv2d', [image, kernel]), bias]);
  const first = b.op('relu', [convolve(x)]);
  const sum = convolve(first);
  const last = b.op('mul', [b.op('relu', [sum]), sum]);
  b.result('y', last);
  return { program: b.build(), sum, first, last };
}

describe('the plan', () => {
  it('joins a convolution with its bias and activation, and leaves apart what something else reads', () => {
    const { program, sum, first } = twoConvolutions();
    const plan = planInstructions(program, kernels, everyKernel);
    expect(plan.map(({ node }) => node.op)).toEqual(['conv2d', 'conv2d', 'relu', 'mul']);
    expect(plan.map(({ output }) => output).slice(0, 2)).toEqual([first, sum]);
    expect(plan[0]?.inputs).toEqual([0, 1, 2]);
  });

  it('joins nothing on a backend without the kernel', () => {
    const { program } = twoConvolutions();
    const plan = planInstructions(program, kernels, (name) => name !== 'FusedConv2D');
    expect(plan.map(({ node }) => node.op)).toEqual(program.nodes.map(({ op }) => op));
  });

  it('frees an intermediate at its last use and keeps inputs, constants and outputs', () => {
    const b = programBuilder();
    const x = b.input('x', [2]);
    const a = b.op('neg', [x]);
    const c = b.op('mul', [a, b.scalar(2)]);
    const unused = b.op('exp', [a]);
    b.result('y', b.op('add', [c, x]));
    const program = b.build();
    expect(findLastUses(program, planInstructions(program, kernels, everyKernel))).toEqual([[], [], [a, unused], [c]]);
  });

  it('joins every convolution of a train step with its activation, in both stages', () => {
    const ir = miniature();
    for (const stage of ['degradation', 'refinement']) {
      const { program } = lowerTrainStep(ir, stage);
      const plan = planInstructions(program, kernels, everyKernel);
      const made = new Map(plan.map(({ node, output }) => [output, node.op]));
      const apart = plan.filter(({ node }) => ['relu', 'leaky_relu'].includes(node.op)).map(({ inputs: [x = -1] }) => made.get(x));
      // What stays apart stands behind transposed convolutions, for which tfjs has no fused kernel.
      expect(new Set(apart), stage).toEqual(new Set(['add']));
      const behind = plan.filter(({ node, output }) => node.op === 'add' && apart.length > 0 && isReadByActivation(program, output));
      for (const { inputs } of behind) expect(made.get(inputs[0] ?? -1), stage).toBe('conv2d_transpose');
    }
  });
});

function isReadByActivation(program: Program, tensor: TensorId): boolean {
  return program.nodes.some(({ op, inputs }) => ['relu', 'leaky_relu'].includes(op) && inputs[0] === tensor);
}

describe('constants', () => {
  beforeAll(() => tf.setBackend('cpu'));

  /** y = x * -(-w) + broadcast(1), over an image of 64 x 64 x 3. */
  const scaled = () => {
    const b = programBuilder();
    const x = b.input('x', [1, 64, 64, 3]);
    const w = b.op('neg', [b.op('neg', [b.parameter('w', [3])])]);
    const ones = b.op('broadcast_to', [b.scalar(1)], { shape: [1, 64, 64, 3] });
    b.result('y', b.op('add', [b.op('mul', [x, w]), ones]));
    return b.build();
  };

  it('are computed once, except where the result is larger than what it is made of', () => {
    const program = scaled();
    const plan = planInstructions(program, kernels, everyKernel);
    const weight = program.inputs.find(({ name }) => name === 'w')?.tensor ?? -1;
    const constants = program.constants.map(({ tensor }) => tensor);
    const { once, always } = splitConstantInstructions(program, plan, new Set([...constants, weight]));
    expect(once.map(({ node }) => node.op)).toEqual(['neg', 'neg']);
    expect(always.map(({ node }) => node.op)).toEqual(['broadcast_to', 'mul', 'add']);
    expect(splitConstantInstructions(program, plan, new Set(constants)).once).toEqual([]);
  });

  it('give the same result, and those that only made others are freed', async () => {
    const program = scaled();
    const before = tf.memory().numTensors;
    const executable = await tfjsCpuEngine.compile(program, {
      weights: new Map([['w', { shape: [3], values: Float32Array.of(1, 2, 3) }]]),
    });
    // The product of weights and the 1 that is broadcast.
    expect(tf.memory().numTensors - before).toBe(2);
    const x = { shape: [1, 64, 64, 3], values: new Float32Array(64 * 64 * 3).fill(1) };
    const results = await executable.run(new Map([['x', x]]));
    expect(results.get('y')?.values.slice(0, 3)).toEqual(Float32Array.of(2, 3, 4));
    expect(() => executable.write('parameter', new Map([['w', { shape: [3], values: new Float32Array(3) }]]))).toThrow('constant');
    await executable.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('of a whole network leave no arithmetic on weights alone', async () => {
    const ir = miniature();
    const program = lowerInference(ir, { batch: 1, height: 16, width: 16 });
    const weights = initializeWeights(ir, 1);
    const known = program.inputs.filter(({ role, name }) => role === 'parameter' && weights.has(name)).map(({ tensor }) => tensor);
    const constants = new Set([...known, ...program.constants.map(({ tensor }) => tensor)]);
    const { always } = splitConstantInstructions(program, planInstructions(program, kernels, everyKernel), constants);
    expect(always.filter(({ inputs }) => inputs.every((input) => constants.has(input)))).toEqual([]);
  });
});
