import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyzeText } from '../support/analyze-text.js';

const source = readFileSync(path.resolve(import.meta.dirname, '../cases/training/input.mfn'), 'utf8');
const words = source.match(/\w+|[^\w\s]+|\s+/g) ?? [];

describe('damaged sources', () => {
  test('are answered with diagnostics whose places lie inside the text, never with an exception', () => {
    const edit = fc.record({
      at: fc.nat(words.length - 1),
      length: fc.nat(4),
      by: fc.option(fc.constantFrom(...new Set(words)), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const damaged = [...words];
        for (const { at, length, by } of edits) damaged.splice(at, length, ...(by === undefined ? [] : [by]));
        const text = damaged.join('');
        const { diagnostics, ir } = analyzeText(text);
        // Without an IR there is a reason; the silence of error values may never swallow it.
        expect(ir !== undefined || diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
        for (const { span } of diagnostics.filter((diagnostic) => diagnostic.span.file === 'main.mfn')) {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeLessThanOrEqual(text.length);
        }
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  test.each([
    ['a long sum', `  y = ${Array.from({ length: 900 }, () => 'x').join(' + ')}`],
    ['deep brackets', `  y = ${'('.repeat(5000)}x${')'.repeat(5000)}`],
    ['many nested loops', `  ${'for i in 1..9 { '.repeat(12)} f[i] = x ${'}'.repeat(12)}\n  y = f[1]`],
    ['a number too long to hold', '  y = 123456789012345678901234567890 * x'],
    [
      'an endless function',
      '  let g = f(1)\n  y = g * x\n}\nfunction f(n: int) = [f(n + 1), f(n + 2)]\nblock B() { in x: tensor out y: tensor y = x',
    ],
  ])('%s ends within seconds, with an answer', (_name, body) => {
    const start = performance.now();
    const { diagnostics, ir } = analyzeText(`mfn 1\nmodel Net {\n  in  x: image\n  out y: image\n${body}\n}\n`);
    expect(ir !== undefined || diagnostics.length > 0).toBe(true);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
