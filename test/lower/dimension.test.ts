import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  areEqual,
  areEqualUnder,
  canonical,
  ceilDivide,
  type Dimension,
  divisorsForEquality,
  evaluate,
  exactDivide,
  floorDivide,
  formatShape,
  isDimensionText,
  multiply,
  remainder,
  simplify,
  substitute,
  subtract,
} from '../../src/compiler/ir/dimension.js';

/** A dimension together with plain arithmetic that says what it means. */
interface Meant {
  readonly dimension: Dimension;
  readonly value: (height: number, width: number) => number;
}

const leaf: fc.Arbitrary<Meant> = fc.oneof(
  fc.constant<Meant>({ dimension: 'H', value: (height) => height }),
  fc.constant<Meant>({ dimension: 'W', value: (_height, width) => width }),
  fc.integer({ min: -5, max: 9 }).map((value): Meant => ({ dimension: value, value: () => value })),
);

const { meant } = fc.letrec<{ meant: Meant }>((tie) => ({
  meant: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'dimension' },
    leaf,
    fc.tuple(tie('meant'), tie('meant')).map(
      ([a, b]): Meant => ({
        dimension: add(a.dimension, b.dimension),
        value: (h, w) => a.value(h, w) + b.value(h, w),
      }),
    ),
    fc.tuple(tie('meant'), tie('meant')).map(
      ([a, b]): Meant => ({
        dimension: subtract(a.dimension, b.dimension),
        value: (h, w) => a.value(h, w) - b.value(h, w),
      }),
    ),
    fc.tuple(tie('meant'), fc.integer({ min: 1, max: 6 })).map(
      ([a, factor]): Meant => ({
        dimension: multiply(a.dimension, factor),
        value: (h, w) => a.value(h, w) * factor,
      }),
    ),
    fc.tuple(tie('meant'), fc.integer({ min: 1, max: 6 })).map(
      ([a, divisor]): Meant => ({
        dimension: ceilDivide(a.dimension, divisor),
        value: (h, w) => Math.ceil(a.value(h, w) / divisor),
      }),
    ),
    fc.tuple(tie('meant'), fc.integer({ min: 1, max: 6 })).map(
      ([a, divisor]): Meant => ({
        dimension: floorDivide(a.dimension, divisor),
        value: (h, w) => Math.floor(a.value(h, w) / divisor),
      }),
    ),
  ),
}));

const size = fc.integer({ min: 1, max: 60 });

/** Texts of dimensions are also JavaScript. */
const evaluateText = (text: string, H: number, W: number): number =>
  Number(new Function('H', 'W', 'ceil', 'floor', `return ${text}`)(H, W, Math.ceil, Math.floor));

describe('arithmetic of dimensions', () => {
  it('has the values of plain arithmetic at all sizes', () => {
    fc.assert(
      fc.property(meant, size, size, ({ dimension, value }, H, W) => {
        expect(evaluate(dimension, { H, W })).toBe(value(H, W) + 0);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('writes canonical texts: reading and writing one gives the same text', () => {
    fc.assert(
      fc.property(meant, ({ dimension }) => {
        expect(canonical(dimension)).toBe(dimension);
        if (typeof dimension === 'string') expect(isDimensionText(dimension)).toBe(true);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('writes texts that mean what they say', () => {
    fc.assert(
      fc.property(meant, size, size, ({ dimension, value }, H, W) => {
        expect(evaluateText(String(dimension), H, W)).toBe(value(H, W) + 0);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it.each([
    ['ceil(ceil(H/2)/2)', 'ceil(H/4)'],
    ['ceil((2*H)/2)', 'H'],
    ['floor((H - 3)/2) + 1', 'ceil(H/2) - 1'],
    ['floor((H + 3)/4)', 'ceil(H/4)'],
    ['ceil((4*H + 2)/8)', 'ceil((2*H + 1)/4)'],
    ['W*H*3', '3*H*W'],
    ['H - H', 0],
    ['(H + 1)*(H - 1)', 'H*H - 1'],
    ['floor((9*H + 5)/4)', '2*H + floor((H + 5)/4)'],
    ['H + 8*floor((7*H)/8)', '9*H - 8*ceil(H/8)'],
    ['floor((5*H + 6*W + 3)/8)', 'H + W - ceil((3*H + 2*W - 3)/8)'],
  ])('%s is %s', (text, expected) => {
    expect(areEqual(text, expected)).toBe(true);
    expect(canonical(text)).toBe(canonical(expected));
  });

  it('rounds -H down as it rounds H up, so that what pads H to a multiple is known to be one', () => {
    expect(floorDivide(multiply('H', -1), 8)).toBe('-ceil(H/8)');
    expect(add('H', remainder(multiply('H', -1), 8))).toBe('8*ceil(H/8)');
  });

  it('divides exactly by numbers that divide and by terms that all terms have', () => {
    const never = (): boolean => false;
    expect(exactDivide('B*H*W', 'H*W', never)).toBe('B');
    expect(exactDivide('4*H + 6*H*W', 'H', never)).toBe('6*W + 4');
    expect(exactDivide('8*ceil(H/8)', 8, never)).toBe('ceil(H/8)');
    expect(exactDivide('H', 8, never)).toBeUndefined();
    expect(exactDivide('H', 8, () => true)).toBe('floor(H/8)');
    expect(exactDivide('H', 'W', () => true)).toBeUndefined();
    expect(exactDivide('H', 0, () => true)).toBeUndefined();
    fc.assert(
      fc.property(meant, meant, size, size, (a, b, H, W) => {
        const quotient = exactDivide(a.dimension, b.dimension, (multiple, whole) => areEqual(multiple, whole));
        if (quotient !== undefined) expect(evaluate(quotient, { H, W }) * b.value(H, W) + 0).toBe(a.value(H, W) + 0);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('has remainders from 0 to below the divisor', () => {
    fc.assert(
      fc.property(meant, fc.integer({ min: 1, max: 9 }), size, size, ({ dimension, value }, divisor, H, W) => {
        const expected = value(H, W) - divisor * Math.floor(value(H, W) / divisor);
        expect(evaluate(remainder(dimension, divisor), { H, W })).toBe(expected);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it.each(['', 'H +', '4*ceil(H)', 'ceil(H/0)', 'H/2', '2H', 'H $'])('does not read %j', (text) => {
    expect(isDimensionText(text)).toBe(false);
  });

  it('replaces symbols and refuses to evaluate without a size', () => {
    expect(substitute('ceil(H/4) + W', { H: '8*N', W: 3 })).toBe('2*N + 3');
    expect(() => evaluate('B*H', { B: 2 })).toThrow('no size was given for H');
  });
});

describe('equality under divisibility', () => {
  it.each([
    ['2*ceil(H/2)', 'H', { H: 2 }],
    ['8*ceil(H/8)', 'H', { H: 8 }],
    ['4*ceil(H/4)', '2*ceil(H/2)', { H: 4 }],
    ['B*2*ceil(H/2)*3*floor(W/3)', 'B*H*W', { H: 2, W: 3 }],
    ['2*ceil(H/4)', 'ceil(H/2)', { H: 4 }],
    ['2*ceil((2*H)/4)', 'H', { H: 2 }],
    ['64*floor((H*W)/64)', 'H*W', { H: 8, W: 8 }],
    ['16*floor((B*H)/16)', 'B*H', { H: 16 }],
    ['H', 'H', {}],
  ] as const)('%s = %s', (a, b, expected) => {
    expect(Object.fromEntries(divisorsForEquality(a, b) ?? [])).toEqual(expected);
  });

  it.each([
    ['H', 'W'],
    ['H + 1', 'H'],
    ['ceil(H/2)', 'H'],
    ['2*ceil((H + 1)/2)', 'H'],
  ])('%s and %s are never made equal', (a, b) => {
    expect(divisorsForEquality(a, b)).toBeUndefined();
  });

  it('is sound: under the divisors found, values are equal', () => {
    fc.assert(
      fc.property(meant, meant, size, size, ({ dimension: a }, { dimension: b }, h, w) => {
        const divisors = divisorsForEquality(a, b);
        if (divisors === undefined) return;
        const sizes = { H: h * (divisors.get('H') ?? 1), W: w * (divisors.get('W') ?? 1) };
        expect(evaluate(a, sizes)).toBe(evaluate(b, sizes));
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  it('tells which sizes are enough already', () => {
    expect(areEqualUnder('64*floor((H*W)/64)', 'H*W', new Map([['H', 16]]))).toBe(false);
    const divisors = new Map([
      ['H', 16],
      ['W', 4],
    ]);
    expect(areEqualUnder('64*floor((H*W)/64)', 'H*W', divisors)).toBe(true);
  });

  it('is minimal: for n*ceil(H/m) n with m dividing n the divisor is found, and no smaller one will do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (strideA, strideB) => {
        const down = ceilDivide(ceilDivide('H', strideA), strideB);
        const up = multiply(down, strideA * strideB);
        const divisor = divisorsForEquality(up, 'H')?.get('H') ?? 1;
        expect(divisor).toBe(strideA * strideB);
        for (let smaller = 1; smaller < divisor; smaller++) expect(evaluate(up, { H: smaller })).not.toBe(smaller);
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe('printing under constraints', () => {
  const divisors = new Map([
    ['H', 8],
    ['W', 6],
  ]);

  it.each([
    ['ceil(H/8)', 'H/8'],
    ['4*ceil(H/8)', 'H/2'],
    ['H', 'H'],
    ['B*ceil(H/2)*ceil(W/3) + 1', 'B*H*W/6 + 1'],
    ['floor((H - 3)/2) + 1', 'H/2 - 1'],
    [7, '7'],
  ])('%s is printed as %s', (dimension, expected) => {
    expect(simplify(dimension, divisors)).toBe(expected);
  });

  it('keeps the value at all sizes that the constraints allow', () => {
    fc.assert(
      fc.property(meant, size, size, ({ dimension, value }, h, w) => {
        expect(evaluateText(simplify(dimension, divisors), 8 * h, 6 * w)).toBeCloseTo(value(8 * h, 6 * w), 6);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('formats shapes', () => {
    expect(formatShape(['B', 'ceil(H/2)', 'W', 3])).toBe('[B, ceil(H/2), W, 3]');
    expect(formatShape(['B', 'ceil(H/2)', 'W', 3], divisors)).toBe('[B, H/2, W, 3]');
  });
});
