import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProgramBuilder } from '../../src/compiler/3-lower/program-builder.js';
import type { ElementType } from '../../src/compiler/ir/element-type.js';
import type { Program } from '../../src/compiler/ir/program.js';
import { roundTo } from '../../src/compiler/ir/rounding.js';
import { gradientProgram } from '../support/gradient-program.js';
import { nearestBfloat16 } from '../support/reference/bfloat16.js';

const rounded = (...values: number[]): number[] => [...roundTo('bfloat16', Float32Array.from(values))];

describe('rounding to bfloat16', () => {
  it('gives the nearest number with 8 bits of precision', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (x) => {
        expect(rounded(x)[0]).toBe(nearestBfloat16(x));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes ties to the even neighbour, keeps zeros, infinities and NaN, and overflows to infinity', () => {
    // Between 1 and 2 neighbours are 2^-7 apart.
    expect(rounded(1 + 2 ** -8, 1 + 3 * 2 ** -8, -1 - 2 ** -8)).toEqual([1, 1 + 2 ** -6, -1]);
    expect(rounded(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toEqual([
      0,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(rounded(3.4028234663852886e38, 2 ** -133, 2 ** -135)).toEqual([Number.POSITIVE_INFINITY, 2 ** -133, 0]);
    // A NaN whose only bits lie in the half that is cut off.
    const quiet = new Float32Array(Uint32Array.of(0x7f80_0001, 0xff80_0001).buffer);
    expect([...roundTo('bfloat16', quiet)].every(Number.isNaN)).toBe(true);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (x) => {
        expect(rounded(...rounded(x))).toEqual(rounded(x));
      }),
    );
  });
});

/** y = x cast to bfloat16 and back; loss = sum(y). */
const castProgram = (): Program => {
  const b = new ProgramBuilder('cast', 'inference');
  const reduced = b.emit('cast', [b.input('x', 'data', [3])], { type: 'bfloat16' });
  b.output('loss', 'result', b.emit('reduce_sum', [b.emit('cast', [reduced], { type: 'float32' })]));
  return b.build();
};

describe('the gradient of a cast', () => {
  it('is cast back', () => {
    const { nodes, tensors } = gradientProgram(castProgram(), 'loss', ['x']);
    const casts = nodes.filter(({ op }) => op === 'cast').map(({ output }) => tensors[output]?.type as ElementType);
    expect(casts).toEqual(['bfloat16', 'float32', 'bfloat16', 'float32']);
  });
});
