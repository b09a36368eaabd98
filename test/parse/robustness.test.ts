import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.js';
import { limits } from '../../src/compiler/limits.js';
import { expectDiagnostics, expectSpansInside, rendered } from '../support/diagnostics.js';

/** Parses and demands what holds for every text: no exception, spans inside, diagnostics that can be printed. */
function parseAnything(text: string) {
  const result = parse('any.mfn', text);
  expectSpansInside(text, result.diagnostics);
  rendered('any.mfn', text, result.diagnostics);
  return result;
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

describe('texts that are no sources', () => {
  it.each([
    ['empty', '', ['1:1 MFN0004']],
    ['white space', ' \n\t\r\n', ['1:1 MFN0004']],
    ['only a comment', '// nothing\n', ['1:1 MFN0004']],
    ['binary', '\0\u00ff\ufffd\u0001\u0002', ['1:1 MFN0003']],
    ['not UTF-8', 'mfn 1\nlet a = "\ufffd"', ['1:1 MFN0003']],
  ])('%s', (_, text, wanted) => {
    expectDiagnostics(text, parseAnything(text).diagnostics, wanted);
  });

  it('a byte order mark is white space', () => {
    expect(parseAnything('\ufeffmfn 1\nlet a = 1').diagnostics).toEqual([]);
  });

  it('refuses 50 MB at once and names the limit', () => {
    const text = 'let a = 1\n'.repeat(5 * 1024 * 1024);
    const result = parse('big.mfn', text);
    expectDiagnostics('', result.diagnostics, ['1:1 MFN0002']);
    expect(result.diagnostics[0]?.message).toBe('this file has 50 MB; a source file may have at most 1 MB');
  });
});

describe('limits', () => {
  it('20,000 nested brackets are one diagnostic that names the limit, in under a second', () => {
    for (const [open, close] of ['()', '[]', '{}'].map((pair) => [...pair])) {
      const text = `mfn 1\nmodel X {\n  y = ${(open ?? '').repeat(20_000)}x${(close ?? '').repeat(20_000)}\n}\n`;
      let result = parse('deep.mfn', '');
      const time = timed(() => {
        result = parseAnything(text);
      });
      expect(result.diagnostics.map((d) => d.code)).toEqual(['MFN0007']);
      expect(result.diagnostics[0]?.message).toContain('200');
      expect(time).toBeLessThan(1000);
    }
  });

  it.each([
    ['operators', `let a = ${'1 + '.repeat(20_000)}1`],
    ['powers', `let a = ${'1 ^ '.repeat(20_000)}1`],
    ['minus signs', `let a = ${'- '.repeat(20_000)}1`],
    ['calls', `let a = f${'()'.repeat(20_000)}`],
    ['pipes', `let a = f${' |> g'.repeat(20_000)}`],
  ])('20,000 %s in a row are one diagnostic', (_, line) => {
    expect(
      parseAnything(`mfn 1
${line}`).diagnostics.map((d) => d.code),
    ).toEqual(['MFN0008']);
  });

  it.each([
    ['conditionals', `let a = ${'if 1 < 2 then 1 else '.repeat(20_000)}1`],
    ['comprehensions', `let a = [${'for i in 1..2: '.repeat(20_000)}i]`],
    ['comprehensions over repeats', `variant "a" of "b" { insert after c { ${'for i in x |> repeat(2) as r { f }: '.repeat(20_000)}i } }`],
  ])('20,000 nested %s are one diagnostic', (_, line) => {
    expect(parseAnything(`mfn 1\n${line}`).diagnostics.map((d) => d.code)).toEqual(['MFN0007']);
  });

  it('150 nested brackets are fine', () => {
    expect(parseAnything(`mfn 1\nlet a = ${'('.repeat(150)}1${')'.repeat(150)}`).diagnostics).toEqual([]);
  });

  it('a file full of mistakes is cut off', () => {
    const text = `mfn 1\n${'let a = ;\n'.repeat(5000)}`;
    const { diagnostics } = parseAnything(text);
    expect(diagnostics.length).toBe(101);
    expect(diagnostics.at(-1)?.code).toBe('MFN0009');
  });

  it('the time grows with the size, not with its square', () => {
    const line = 'let a = f(1, [2, 3], x: 4) |> g\n';
    const time = (lines: number) => timed(() => parseAnything(`mfn 1\n${line.repeat(lines)}`));
    time(500);
    const small = Math.min(time(1000), time(1000));
    expect(Math.min(time(8000), time(8000))).toBeLessThan(8 * 3 * small);
    expect(8000 * line.length).toBeLessThan(limits.sourceLength);
  });
});

const words = [
  'mfn',
  '1',
  'block',
  'model',
  'training',
  'of',
  'function',
  'namespace',
  'import',
  'from',
  'let',
  'for',
  'in',
  'out',
  'if',
  'then',
  'else',
  'x',
  'y',
  'stage',
  'epochs',
  'data',
  'pair',
  'patch',
  'batch',
  'minimize',
  'over',
  'log',
  'frozen',
  'repeat',
  'as',
  'return',
  'weight',
  'variant',
  'not',
  'and',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '=',
  '==',
  '|>',
  '..',
  '..<',
  '+',
  '-',
  '^',
  ',',
  ':',
  '.',
  '"s"',
  '"',
  '///',
  '//',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ';',
  '0.5',
  '5e',
  '96x96',
  'ä',
  '\u{1F600}',
];

const sample = `mfn 1
import { conv } from "std/blocks"
/// Doc.
block A(width: int = 64, groups: int[] = [1, 2]) {
  in x: [B, H, W, C]
  out y: image in [-1, 1]
  for i in 1..<3 { f[i] = x |> repeat(i) as g { conv(width, 3) |> relu } }
  y = [f[1], for i in 2..3: f[i]] |> conv(3)
}
training of A {
  data { pair(low, normal) patch 96 x 96 batch 16 augment flip }
  stage s for 20 epochs { minimize L over d = if 1 < 2 then l2(low, y) else 0 }
}
`;

describe('any text parses without an exception, with spans inside it', () => {
  const options = { seed: 20221122 };

  it('random characters', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => void parseAnything(text)),
      { ...options, numRuns: 2000 },
    );
  });

  it('random words of the language', () => {
    const text = fc.array(fc.constantFrom(...words), { maxLength: 80 }).map((parts) => `mfn 1\n${parts.join(' ')}`);
    fc.assert(
      fc.property(text, (source) => void parseAnything(source)),
      { ...options, numRuns: 2000 },
    );
  });

  it('a source with pieces cut out, doubled or replaced', () => {
    const edit = fc.tuple(fc.nat(sample.length), fc.nat(12), fc.constantFrom('', ...words));
    const text = fc
      .array(edit, { minLength: 1, maxLength: 6 })
      .map((edits) => edits.reduce((source, [at, length, piece]) => source.slice(0, at) + piece + source.slice(at + length), sample));
    fc.assert(
      fc.property(text, (source) => void parseAnything(source)),
      { ...options, numRuns: 2000 },
    );
  });

  it('a source cut off anywhere', () => {
    for (let length = 0; length <= sample.length; length++) parseAnything(sample.slice(0, length));
  });

  it('one deleted token costs few diagnostics', () => {
    const tokens = [...sample.matchAll(/[A-Za-z_]\w*|\d+|"[^"]*"|\|>|\.\.<?|[^\s\w]/g)];
    const counts = tokens.map(
      ({ index, 0: image }) =>
        parseAnything(sample.slice(0, index) + ' '.repeat(image.length) + sample.slice(index + image.length)).diagnostics.length,
    );
    expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeLessThan(1.2);
  });
});
