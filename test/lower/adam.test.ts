import { describe, expect, it } from 'vitest';
import { adamScalarValues, adamUpdate } from '../../src/compiler/3-lower/adam.js';
import { ProgramBuilder } from '../../src/compiler/3-lower/program-builder.js';
import type { Adam, RateExpression } from '../../src/compiler/ir/ir.js';
import { evaluateRate } from '../../src/compiler/ir/rate.js';
import { interpret } from '../support/reference/interpret.js';

const rate: RateExpression = {
  operator: '*',
  operands: [0.05, { operator: '^', operands: [0.9, { operator: '/', operands: [{ variable: 'step' }, 2] }] }],
};

const adam: Adam = { kind: 'adam', rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

describe('Adam', () => {
  it('takes the five steps that PyTorch would take', () => {
    const builder = new ProgramBuilder('adam', 'train-step');
    const before = {
      weight: builder.input('w', 'parameter', [3]),
      mean: builder.input('w:m', 'state', [3]),
      variance: builder.input('w:v', 'state', [3]),
    };
    const gradient = builder.input('g', 'data', [3]);
    const scalars = { stepSize: builder.input('step_size', 'scalar', []), correction: builder.input('correction', 'scalar', []) };
    const after = adamUpdate(builder, adam, before, gradient, scalars);
    builder.output('w', 'parameter', after.weight);
    builder.output('w:m', 'state', after.mean);
    builder.output('w:v', 'state', after.variance);
    const program = builder.build();

    let compiled = { w: [0.5, -1, 2], m: [0, 0, 0], v: [0, 0, 0] };
    // torch.optim.Adam, single tensor, written out: the gradient of sum(w^2 / 2) is w.
    const expected = { w: [0.5, -1, 2], m: [0, 0, 0], v: [0, 0, 0] };
    for (let step = 0; step < 5; step++) {
      const values = adamScalarValues(adam, evaluateRate(rate, step, 0), step);
      const feeds = new Map<string, ArrayLike<number>>([
        ['w', compiled.w],
        ['w:m', compiled.m],
        ['w:v', compiled.v],
        ['g', compiled.w],
        ['step_size', [values.stepSize]],
        ['correction', [values.correction]],
      ]);
      const results = interpret(program, feeds);
      const read = (name: string): number[] => [...(results.get(name)?.values ?? [])];
      compiled = { w: read('w'), m: read('w:m'), v: read('w:v') };

      const t = step + 1;
      const learningRate = 0.05 * 0.9 ** (step / 2);
      for (let i = 0; i < 3; i++) {
        const g = expected.w[i] ?? 0;
        const m = 0.9 * (expected.m[i] ?? 0) + 0.1 * g;
        const v = 0.999 * (expected.v[i] ?? 0) + 0.001 * g * g;
        const denominator = Math.sqrt(v) / Math.sqrt(1 - 0.999 ** t) + 1e-8;
        expected.m[i] = m;
        expected.v[i] = v;
        expected.w[i] = g - (learningRate / (1 - 0.9 ** t)) * (m / denominator);
      }
      // The Program's constants are float32.
      for (const [i, w] of expected.w.entries()) expect(compiled.w[i]).toBeCloseTo(w, 6);
    }
  });

  it.each<[string, RateExpression, number]>([
    ['a number', 3e-4, 3e-4],
    ['decay with the step', rate, 0.05 * 0.9 ** 2],
    ['a staircase', { operator: 'floor', operands: [{ operator: '/', operands: [{ variable: 'step' }, 3] }] }, 1],
    ['the epoch', { operator: '-', operands: [10, { variable: 'epoch' }] }, 8],
    ['a negation', { operator: '-', operands: [{ variable: 'epoch' }] }, -2],
    ['bounds', { operator: 'max', operands: [{ operator: 'min', operands: [{ variable: 'step' }, 3] }, 1] }, 3],
  ])('evaluates a rate that is %s', (_about, expression, expected) => {
    expect(evaluateRate(expression, 4, 2)).toBeCloseTo(expected, 12);
  });
});
