import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimize, passes } from '../../src/compiler/3-lower/passes/index.js';
import type { Program, TensorId } from '../../src/compiler/ir/program.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import type { Attributes, OpName } from '../../src/compiler/ops/index.js';
import { gradientProgram } from '../support/gradient-program.js';
import { type HandBuilder, programBuilder } from '../support/program-builder.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';

/** One step of a random program: an operator and what to apply it to, as numbers that are taken modulo what is possible. */
interface Step {
  readonly kind: number;
  readonly first: number;
  readonly second: number;
}

const elementwise: readonly OpName[] = ['neg', 'tanh', 'relu', 'square', 'stop_gradient', 'sigmoid', 'abs'];
const binary: readonly OpName[] = ['add', 'sub', 'mul', 'maximum', 'add', 'mul', 'equal'];
const constants = [0, 1, -1, 2, 0.5];

const pick = <T>(list: readonly T[], index: number): T => {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('an empty list');
  return item;
};

/** Applies a random step; all tensors keep rank 3 with extents that broadcast against [2, 3, 4]. */
const apply = (b: HandBuilder, tensors: readonly TensorId[], { kind, first, second }: Step): TensorId => {
  const x = pick(tensors, first);
  const shape = b.shapeOf(x);
  const full = [2, 3, 4];
  const use = (op: OpName, attributes: Attributes = {}): TensorId => b.op(op, [x], attributes);
  switch (kind % 14) {
    case 0:
      return use(pick(elementwise, second));
    case 1:
    case 2:
      return b.op(pick(binary, second), [x, pick(tensors, second >> 3)]);
    case 3:
      return b.op(pick(binary, second), [x, b.scalar(pick(constants, second >> 3))]);
    case 4:
      return b.op(pick(binary, second), [b.constant([pick(constants, second >> 3)], [1, 1, 1]), x]);
    case 5:
      return use('broadcast_to', { shape: full });
    case 6:
      return use(pick(['reduce_sum', 'reduce_mean', 'reduce_max'], second), { axes: [second % 3], keepdims: true });
    case 7:
      return use('reverse', { axes: second % 2 === 0 ? [] : [second % 3] });
    case 8:
      return b.op('reshape', [use('reshape', { shape: [elementsIn(shape)] })], { shape });
    case 9: {
      const turned = use('transpose', { permutation: [2, 0, 1] });
      return b.op('transpose', [turned], { permutation: [1, 2, 0] });
    }
    case 12: {
      // Two halves along the last axis, padded back to their places.
      const last = shape[2] ?? 1;
      const half = last >> 1;
      if (half === 0) return use('neg');
      const part = (from: number, count: number): TensorId => {
        const piece = use('slice', { begin: [0, 0, from], size: [...shape.slice(0, 2), count] });
        return b.op('pad', [b.op('tanh', [piece])], {
          paddings: [
            [0, 0],
            [0, 0],
            [from, last - from - count],
          ],
        });
      };
      return b.op('add', second % 2 === 0 ? [part(0, half), part(half, last - half)] : [part(half, last - half), part(0, half)]);
    }
    case 13: {
      const rank4 = (tensor: TensorId): TensorId => b.op('reshape', [tensor], { shape: [...b.shapeOf(tensor), 1] });
      const joined = b.op('concat', [rank4(x), rank4(b.op('tanh', [x]))], { axis: 3 });
      const kernel = b.constant([0.5, -1.5], [1, 1, 2, 1]);
      return b.op('reshape', [b.op('conv2d', [joined, kernel])], { shape });
    }
    case 10: {
      const mode = pick(['constant', 'replicate', 'symmetric'], second);
      const padded = use('pad', {
        paddings: [
          [0, 0],
          [1, 1],
          [0, 1],
        ],
        mode,
        value: 0.5,
      });
      return b.op('slice', [padded], { begin: [0, second % 2, 0], size: shape });
    }
    default:
      return b.op('pow', [b.op('add', [use('square'), b.scalar(0.5)]), b.scalar(pick([1, 2, 0.5, -0.5], second))]);
  }
};

const randomProgram = fc
  .array(fc.record({ kind: fc.nat(200), first: fc.nat(200), second: fc.nat(200) }), { minLength: 1, maxLength: 14 })
  .map((steps) => {
    const b = programBuilder();
    const tensors = [b.input('x', [2, 3, 4]), b.input('y', [2, 1, 4]), b.parameter('w', [1, 1, 4]), b.constant([1, 1, 1, 1], [1, 1, 4])];
    for (const step of steps) tensors.push(apply(b, tensors, step));
    const last = tensors.at(-1) ?? 0;
    b.result('last', last);
    b.result('middle', pick(tensors, tensors.length >> 1));
    b.result('loss', b.op('reduce_mean', [b.op('tanh', [last])]));
    return b.build();
  });

const feedsOf = (program: Program): Map<string, Float64Array> =>
  new Map(program.inputs.map(({ name, tensor }) => [name, randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name, 0.2, 0.9)]));

const expectSameResults = (before: Program, after: Program): void => {
  const feeds = feedsOf(before);
  const expected = interpret(before, feeds);
  const found = interpret(after, feeds);
  for (const [name, { shape, values }] of expected) {
    expect(found.get(name)?.shape).toEqual(shape);
    for (const [i, value] of values.entries()) {
      const other = found.get(name)?.values[i] ?? Number.NaN;
      // Folded constants are rounded to float32.
      if (Number.isFinite(value)) expect(Math.abs(value - other)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    }
  }
};

describe('every pass', () => {
  it.each(passes.map((pass) => [pass.name, pass.run] as const))('%s: keeps results and the rules of Programs', (_name, run) => {
    fc.assert(
      fc.property(randomProgram, (program) => {
        const rewritten = run(program);
        expect(verifyProgram(rewritten)).toEqual([]);
        expectSameResults(program, rewritten);
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  it('works on programs with gradients, one after another', () => {
    fc.assert(
      fc.property(randomProgram, (program) => {
        const decomposed = passes[0]?.run(program) ?? program;
        const withGradients = gradientProgram(decomposed, 'loss', ['x', 'y', 'w']);
        const optimized = optimize(withGradients, (between, pass) => {
          expect(verifyProgram(between), pass).toEqual([]);
        });
        expectSameResults(withGradients, optimized);
        expect(optimized.nodes.length).toBeLessThanOrEqual(withGradients.nodes.length);
      }),
      { seed: 12, numRuns: 150 },
    );
  });
});

const optimizedOps = (write: (b: HandBuilder, x: TensorId) => TensorId): string[] => {
  const b = programBuilder();
  b.result('y', write(b, b.input('x', [2, 3, 4])));
  return optimize(b.build()).nodes.map(({ op }) => op);
};

describe('optimisation', () => {
  it.each<[string, (b: HandBuilder, x: TensorId) => TensorId, string[]]>([
    ['times one', (b, x) => b.op('mul', [x, b.scalar(1)]), []],
    ['times minus one', (b, x) => b.op('mul', [b.scalar(-1), x]), ['neg']],
    ['plus nothing', (b, x) => b.op('add', [b.constant([0, 0, 0, 0], [4]), x]), []],
    ['plus a negation', (b, x) => b.op('add', [b.op('tanh', [x]), b.op('neg', [x])]), ['tanh', 'sub']],
    ['two negations', (b, x) => b.op('neg', [b.op('neg', [x])]), []],
    ['a chain of factors', (b, x) => b.op('mul', [b.op('mul', [x, b.scalar(3)]), b.scalar(2)]), ['mul']],
    ['a chain of factors that cancel', (b, x) => b.op('mul', [b.op('mul', [x, b.scalar(2)]), b.scalar(0.5)]), []],
    ['the square as a power', (b, x) => b.op('pow', [x, b.scalar(2)]), ['square']],
    ['a reshape there and back', (b, x) => b.op('reshape', [b.op('reshape', [x], { shape: [24] })], { shape: [2, 3, 4] }), []],
    ['a full slice', (b, x) => b.op('slice', [x], { begin: [0, 0, 0], size: [2, 3, 4] }), []],
    [
      'a sum over no elements',
      (b, x) => b.op('reduce_sum', [b.op('reduce_sum', [x], { axes: [1], keepdims: true })], { axes: [1] }),
      ['reduce_sum', 'reshape'],
    ],
    ['a stop', (b, x) => b.op('tanh', [b.op('stop_gradient', [x])]), ['tanh']],
    ['the same twice', (b, x) => b.op('mul', [b.op('tanh', [x]), b.op('tanh', [x])]), ['tanh', 'mul']],
    [
      'the same with operands exchanged',
      (b, x) => b.op('sub', [b.op('mul', [x, b.op('tanh', [x])]), b.op('mul', [b.op('tanh', [x]), x])]),
      ['tanh', 'mul', 'sub'],
    ],
    [
      'a broadcast into an operator',
      (b, x) => b.op('mul', [x, b.op('broadcast_to', [b.op('reduce_mean', [x])], { shape: [2, 3, 4] })]),
      ['reduce_mean', 'mul'],
    ],
    ['arithmetic on constants', (b, x) => b.op('mul', [x, b.op('exp', [b.op('add', [b.scalar(1), b.scalar(2)])])]), ['mul']],
    ['a term with weight 0', (b, x) => b.op('add', [x, b.op('mul', [b.scalar(0), b.op('exp', [x])])]), []],
    [
      'a result that nobody reads',
      (b, x) => {
        b.op('exp', [x]);
        return b.op('tanh', [x]);
      },
      ['tanh'],
    ],
  ])('%s', (_about, write, expected) => {
    expect(optimizedOps(write)).toEqual(expected);
  });

  it('joins padded neighbours, in either order, and however many', () => {
    const ops = optimizedOps((b, x) => {
      const part = (from: number): TensorId => {
        const piece = b.op('tanh', [b.op('slice', [x], { begin: [0, 0, from], size: [2, 3, 1] })]);
        return b.op('pad', [piece], {
          paddings: [
            [0, 0],
            [0, 0],
            [from, 3 - from],
          ],
        });
      };
      return b.op('add', [b.op('add', [part(1), part(0)]), b.op('add', [part(2), part(3)])]);
    });
    expect(ops.filter((op) => op === 'pad' || op === 'add' || op === 'concat')).toEqual(['concat']);
  });

  it('replaces pads that copy by slices, reverses, repetitions and concats', () => {
    const ops = optimizedOps((b, x) =>
      b.op('pad', [x], {
        paddings: [
          [0, 0],
          [2, 1],
          [0, 0],
        ],
        mode: 'reflect',
      }),
    );
    expect(ops).toEqual(['slice', 'reverse', 'slice', 'concat']);
  });

  it('keeps inputs that are fed at each run, and leaves out weights that nothing uses', () => {
    const b = programBuilder();
    b.input('unused', [1]);
    b.hostScalar('rate');
    b.parameter('idle', [3]);
    b.result('y', b.op('neg', [b.input('x', [1])]));
    expect(optimize(b.build()).inputs.map(({ name }) => name)).toEqual(['unused', 'rate', 'x']);
  });
});
