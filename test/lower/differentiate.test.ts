import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/compiler/3-lower/passes/index.js';
import type { Program } from '../../src/compiler/ir/program.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { gradientProgram } from '../support/gradient-program.js';
import { programBuilder } from '../support/program-builder.js';
import { interpret } from '../support/reference/interpret.js';

const opsOf = (program: Program): string[] => program.nodes.map(({ op }) => op);

const gradientsOf = (program: Program): string[] => program.outputs.map(({ name }) => name).filter((name) => name.startsWith('d '));

describe('differentiation', () => {
  it('computes no gradient with regard to images, nor anything that only such a gradient needs', () => {
    const b = programBuilder();
    const x = b.input('x', [1, 6, 6, 3]);
    const first = b.op('relu', [b.op('conv2d', [x, b.parameter('first', [3, 3, 3, 4])])]);
    const second = b.op('conv2d', [first, b.parameter('second', [3, 3, 4, 2])]);
    b.result('loss', b.op('reduce_mean', [second]));
    const program = optimize(gradientProgram(b.build(), 'loss', ['first', 'second']));
    expect(verifyProgram(program)).toEqual([]);
    expect(opsOf(program).filter((op) => op === 'conv2d_transpose')).toHaveLength(1);
    expect(opsOf(program).filter((op) => op === 'conv2d_filter_gradient')).toHaveLength(2);
  });

  it('goes no further back than the first trained weight', () => {
    const b = programBuilder();
    const x = b.input('x', [1, 6, 6, 3]);
    const frozen = b.op('conv2d', [x, b.parameter('frozen', [3, 3, 3, 4])]);
    b.result('loss', b.op('reduce_sum', [b.op('conv2d', [frozen, b.parameter('trained', [1, 1, 4, 2])])]));
    const program = optimize(gradientProgram(b.build(), 'loss', ['trained']));
    expect(opsOf(program)).not.toContain('conv2d_transpose');
  });

  it('passes no gradient through stop_gradient', () => {
    const b = programBuilder();
    const x = b.input('x', [3]);
    const y = b.input('y', [3]);
    b.result('loss', b.op('reduce_sum', [b.op('mul', [b.op('stop_gradient', [x]), b.op('mul', [x, y])])]));
    const program = gradientProgram(b.build(), 'loss', ['x', 'y']);
    const values = interpret(
      program,
      new Map([
        ['x', [1, 2, 3]],
        ['y', [4, 5, 6]],
      ]),
    );
    // d/dx of stop(x) x y is stop(x) y, not 2 x y.
    expect([...(values.get('d x')?.values ?? [])]).toEqual([4, 10, 18]);
    expect([...(values.get('d y')?.values ?? [])]).toEqual([1, 4, 9]);
  });

  it('gives no gradient for what the loss does not depend on', () => {
    const b = programBuilder();
    const x = b.input('x', [2]);
    const y = b.input('y', [2]);
    b.result('loss', b.op('reduce_sum', [b.op('add', [b.op('square', [x]), b.op('stop_gradient', [y])])]));
    expect(gradientsOf(gradientProgram(b.build(), 'loss', ['x', 'y']))).toEqual(['d x']);
  });

  it('adds the gradients of all uses of a tensor', () => {
    const b = programBuilder();
    const x = b.input('x', []);
    b.result('loss', b.op('add', [b.op('mul', [x, b.op('square', [x])]), b.op('add', [x, x])]));
    const values = interpret(gradientProgram(b.build(), 'loss', ['x']), new Map([['x', [3]]]));
    expect(values.get('d x')?.values[0]).toBe(3 * 9 + 2);
  });

  it('reduces the gradient of a bias once, over batch, height and width', () => {
    const b = programBuilder();
    const x = b.input('x', [2, 4, 4, 3]);
    const biased = b.op('add', [x, b.parameter('bias', [3])]);
    b.result('loss', b.op('reduce_sum', [b.op('mul', [biased, biased])]));
    const program = optimize(gradientProgram(b.build(), 'loss', ['bias']));
    const reductions = program.nodes.filter(({ op }) => op === 'reduce_sum');
    expect(reductions.map(({ attributes }) => attributes)).toEqual([
      { axes: [], keepdims: false },
      { axes: [0, 1, 2], keepdims: false },
    ]);
    expect(opsOf(program)).not.toContain('broadcast_to');
    expect(opsOf(program)).not.toContain('reshape');
  });

  it('refuses a loss that is no scalar', () => {
    const b = programBuilder();
    b.result('loss', b.op('square', [b.input('x', [2])]));
    expect(() => gradientProgram(b.build(), 'loss', ['x'])).toThrow('a loss is a scalar, found [2]');
  });
});
