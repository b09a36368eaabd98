import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/compiler/index.js';
import { analyzeText } from '../support/analyze-text.js';

const head = 'mfn 1\nimport { conv, RCAB } from "std/blocks"\n';
const model = (body: string, declarations = ''): string =>
  `${head}${declarations}model M {\n  in x: image in [-1, 1]\n  out y: tensor\n${body}\n}\n`;

function only(text: string): Diagnostic {
  const errors = analyzeText(text).diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.map(({ code, message }) => `${code} ${message}`)).toHaveLength(1);
  return errors[0] as Diagnostic;
}

/** Other places as the text they mark and what is said of it; those of the library by their file. */
const others = (text: string): string[] =>
  only(text).related.map(
    ({ message, span }) => `${span.file.startsWith('std/') ? span.file : text.slice(span.start, span.end)}: ${message}`,
  );

const values = (text: string): string[] =>
  (only(text).values ?? []).map(({ span, text: value }) => `${text.slice(span.start, span.end).trim()}: ${value}`);

describe('both sides of a conflict', () => {
  it.each([
    [
      'channels, behind what only hands them on',
      model('  a = x |> conv(8, 3) |> relu |> clip(-1, 1)\n  b = -(x |> conv(4, 3))\n  y = a + b * 2'),
      ['conv(8, 3): 8 channels come from here', 'conv(4, 3): 4 channels come from here'],
    ],
    [
      'a height',
      model(
        '  a = x |> slice(begin: [0, 0, 0, 0], size: [B, 5, W, 3])\n  b = x |> slice(begin: [0, 0, 0, 0], size: [B, 7, W, 3])\n  y = [a, b]',
      ).replace('image in [-1, 1]', '[B, H, W, 3]'),
      [
        'slice(begin: [0, 0, 0, 0], size: [B, 5, W, 3]): a height of 5 comes from here',
        'slice(begin: [0, 0, 0, 0], size: [B, 7, W, 3]): a height of 7 comes from here',
      ],
    ],
    [
      'what a block demands',
      model('  a = x |> conv(8, 3) as first |> relu\n  y = a |> RCAB(16)'),
      ['conv(8, 3) as first: 8 channels come from here', 'std/blocks: `x` of `RCAB` demands 16 channels here'],
    ],
    [
      'the whole shape where more than one extent differs',
      model('  a = x |> conv(8, 3, stride: 2)\n  y = a + x'),
      [
        'conv(8, 3, stride: 2): the input `a` has the shape [B, ceil(H/2), ceil(W/2), 8]',
        'in x: image in [-1, 1]: the input `b` has the shape [B, H, W, 3]',
      ],
    ],
    [
      'what a function of the library made, where it was called',
      model('  a = pixel_shuffle(x |> conv(12, 3), 2)\n  b = x |> conv(4, 3)\n  y = [a, b]'),
      [
        'pixel_shuffle(x |> conv(12, 3), 2): the input `values` has the shape [B, 2*H, 2*W, 3]',
        'conv(4, 3): the input `values` has the shape [B, H, W, 4]',
      ],
    ],
    [
      'a range of values',
      model('  y = x |> Half()', 'block Half {\n  in a: image in [0, 1]\n  out b: image\n  b = a * 0.5\n}\n'),
      ['in x: image in [-1, 1]: values in [-1, 1] come from here', 'image in [0, 1]: `a` of `Half` demands values in [0, 1] here'],
    ],
  ])('%s', (_, text, expected) => {
    expect(others(text)).toEqual(expected);
  });

  it('are told with the chain of instantiations', () => {
    const inner = 'block Inner(width: int) {\n  in a: tensor\n  out b: tensor\n  b = a + (a |> conv(width, 3))\n}\n';
    const outer = 'block Outer {\n  in a: tensor\n  out b: tensor\n  b = a |> Inner(5)\n}\n';
    expect(others(model('  y = x |> Outer()', inner + outer)).slice(2)).toEqual(['Inner(5): in Outer', 'Outer(): in M']);
  });
});

describe('the values of sub-expressions', () => {
  it.each([
    [
      'of the failing statement, with names of numbers and ranges of values',
      model('  y = x * 2 + conv(width, 3)(x)', 'let width = 8\n'),
      ['x: [B, H, W, 3] in [-1, 1]', '*: [B, H, W, 3]', 'conv(width, 3)(x): [B, H, W, 8]', 'width: 8', 'x: [B, H, W, 3] in [-1, 1]'],
    ],
    [
      'of the turn of a loop that failed',
      model('  f[0] = x\n  for i in 1..3 { f[i] = f[i - 1] + conv(2 * i - 1 + 2, 3)(x) }\n  y = f[3]'),
      [
        'i: 2',
        'f[i - 1]: [B, H, W, 3]',
        'i: 2',
        '-: 1',
        'conv(2 * i - 1 + 2, 3)(x): [B, H, W, 5]',
        '*: 4',
        'i: 2',
        '-: 3',
        '+: 5',
        'x: [B, H, W, 3] in [-1, 1]',
      ],
    ],
    ['of a number out of range', model('  let sizes = [3, 5]\n  let i = 1\n  y = x * sizes[i + 2]'), ['sizes: [3, 5]', 'i: 1', '+: 3']],
    [
      'of the statement that called the library, not of the library',
      model('  y = x |> conv(8, 3) |> RCAB(16)'),
      ['x: [B, H, W, 3] in [-1, 1]', 'conv(8, 3): [B, H, W, 8]'],
    ],
  ])('%s', (_, text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  it('are left out where they explain nothing', () => {
    expect(values(model('  y = x |> 3'))).toEqual([]);
  });

  it('are at most twelve, those next to the place first', () => {
    const sum = Array.from({ length: 30 }, () => 'x').join(' + ');
    expect(values(model(`  y = ${sum} + conv(5, 3)(x)`))).toHaveLength(12);
  });
});
