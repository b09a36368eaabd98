import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { format } from '../../../src/compiler/1-parse/printer/index.js';

const input = fileURLToPath(new URL('style.input.mfn', import.meta.url));

/** Formats the body of a block. */
function formattedBody(...lines: string[]): string {
  const { text } = format('a.mfn', ['mfn 1', 'block A() {', ...lines, '}'].join('\n'));
  return (text ?? '').replace(/^mfn 1\n\nblock A\(\) \{\n/, '').replace(/\n\}\n$/, '');
}

describe('the style', () => {
  // Re-record with `vitest run test/parse/printer -u`, and read what changed.
  it('of every rule once', async () => {
    const { text } = format('style.mfn', readFileSync(input, 'utf8'));
    await expect(text).toMatchFileSnapshot(input.replace('.input.mfn', '.formatted.mfn'));
  });

  it('lines that can be broken have at most 120 columns', () => {
    const { text = '' } = format('style.mfn', readFileSync(input, 'utf8'));
    expect(text.split('\n').filter((line) => line.replace(/ {2}\/\/.*/, '').length > 120)).toEqual([]);
  });

  it('a line of 120 columns stays, one of 121 is broken', () => {
    const line = (length: number): string => `  y = f(${'a'.repeat(length - 12)}, b)`;
    expect(formattedBody(line(120))).toBe(line(120));
    expect(formattedBody(line(121))).toBe(`  y = f(\n    ${'a'.repeat(109)},\n    b,\n  )`);
  });

  it('numbers keep their digits, and parentheses around one that is asked for a member stay', () => {
    expect(formattedBody('  y = 1.50 + 0.5E-3 - (1).a')).toBe('  y = 1.50 + 0.5e-3 - (1).a');
  });

  it.each([
    ['y = (a + b) * c', 'y = (a + b) * c'],
    ['y = (a * b) + c', 'y = (a * b) + c'],
    ['y = ((a * b)) + ((c))', 'y = (a * b) + c'],
    ['y = f((a + b), [(a)])', 'y = f(a + b, [a])'],
    ['y = (x |> f) |> g', 'y = (x |> f) |> g'],
    ['y = (if a then b else c) + 1', 'y = (if a then b else c) + 1'],
    ['y = if (a) then (b) else (if c then d else e)', 'y = if a then b else if c then d else e'],
    ['y = (f)(x)[(1)]', 'y = f(x)[1]'],
  ])('%s becomes %s', (before, after) => {
    expect(formattedBody(before)).toBe(`  ${after}`);
  });

  it('comments stay where they say something', () => {
    const lines = [
      '  // above',
      '  y = f(  // the call',
      '    a,  // first',
      '    // second above',
      '    b,',
      '    // at the end',
      '  )  // behind',
      '',
      '  // last',
    ];
    expect(formattedBody(...lines)).toBe(lines.join('\n'));
  });

  it('a comment in a place without a line of its own goes to the end of the line', () => {
    expect(formattedBody('y // one', ' = a')).toBe('  y =  // one\n    a');
    expect(formattedBody('for // loop', 'i in 1..2 { y = 1 }')).toBe('  for i in 1..2 {  // loop\n    y = 1\n  }');
  });
});
