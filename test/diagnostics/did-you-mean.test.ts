import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, LineIndex } from '../../src/compiler/diagnostics/index.js';

describe('edit distance', () => {
  it.each([
    ['conv', 'cnov', 1],
    ['conv', 'conv', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('%s and %s differ by %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, at most the longer length, and zero only for equal words', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance === 0).toBe(a === b);
      }),
      { seed: 7 },
    );
  });
});

describe('did you mean', () => {
  it('gives the nearest names first and leaves out far ones', () => {
    expect(didYouMean('cnov', ['conv', 'deconv', 'relu', 'cov'])).toEqual(['conv', 'cov']);
    expect(didYouMean('x', ['conv', 'relu'])).toEqual([]);
  });

  it('takes other capitals as the same word', () => {
    expect(didYouMean('rcab', ['RCAB', 'crab'])).toEqual(['RCAB', 'crab']);
  });

  it('does not depend on the order of the candidates', () => {
    expect(didYouMean('ab', ['ac', 'aa', 'bb'])).toEqual(didYouMean('ab', ['bb', 'aa', 'ac']));
  });
});

describe('lines and columns', () => {
  it('count from 1, with LF, CRLF and CR', () => {
    const index = new LineIndex('ab\ncd\r\nef\rgh');
    expect([0, 2, 3, 7, 10, 12].map((offset) => index.positionOf(offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 4, column: 1 },
      { line: 4, column: 3 },
    ]);
    expect([1, 2, 3, 4].map((line) => index.line(line))).toEqual(['ab', 'cd', 'ef', 'gh']);
  });

  it('move offsets outside the text to its ends', () => {
    const index = new LineIndex('ab');
    expect(index.positionOf(-5)).toEqual({ line: 1, column: 1 });
    expect(index.positionOf(99)).toEqual({ line: 1, column: 3 });
  });
});
