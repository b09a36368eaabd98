import { describe, expect, it } from 'vitest';
import { applyFixes } from '../../src/compiler/diagnostics/apply-fixes.js';
import { explanations } from '../../src/compiler/diagnostics/explanations.js';
import type { Diagnostic } from '../../src/compiler/index.js';
import { analyzeText } from '../support/analyze-text.js';
import { filesOf } from '../support/page-examples.js';

const analyzed = (text: string): Diagnostic[] => analyzeText({ 'a.mfn': text }, { requireModel: false }).diagnostics;
const mended = (text: string): string => applyFixes(analyzed(text), new Map([['a.mfn', text]])).get('a.mfn') ?? text;
const model = (body: string, declarations = ''): string => `mfn 1\n${declarations}model M {\n  in x: image\n  out y: image\n${body}\n}\n`;

describe('a certain fix', () => {
  it.each([
    ['a missing version line', 'let a = 1\n', 'mfn 1\nlet a = 1\n'],
    ['a misspelt name', model('  y = x |> clpi(-1, 1)'), model('  y = x |> clip(-1, 1)')],
    ['a misspelt argument', model('  y = clip(x, low: 0, high: 1)'), model('  y = clip(x, low: 0, high: 1)')],
    ['a misspelt type', 'mfn 1\nfunction f(a: tensro) = a\n', 'mfn 1\nfunction f(a: tensor) = a\n'],
    [
      'a misspelt word',
      'mfn 1\nblok A {\n  in x: tensor\n  out y: tensor\n  y = x\n}\n',
      'mfn 1\nblock A {\n  in x: tensor\n  out y: tensor\n  y = x\n}\n',
    ],
    ['a misspelt module', 'mfn 1\nimport { conv } from "std/block"\n', 'mfn 1\nimport { conv } from "std/blocks"\n'],
    ['semicolons', 'mfn 1\nlet a = 1; let b = a;\n', 'mfn 1\nlet a = 1 let b = a\n'],
    ['a comment of another language', 'mfn 1\n# width\nlet a = 1\n', 'mfn 1\n// width\nlet a = 1\n'],
    [
      'names that are not imported',
      model('  y = x |> conv(8, 3) |> RCAB(8) |> conv(3, 3)'),
      model('  y = x |> conv(8, 3) |> RCAB(8) |> conv(3, 3)', 'import { conv, RCAB } from "std/blocks"\n'),
    ],
    [
      'a name of a module that others are imported from',
      model('  y = x |> conv(8, 3) |> RCAB(8) |> conv(3, 3)', 'import { conv as convolution } from "std/blocks"\nlet _c = convolution\n'),
      model(
        '  y = x |> conv(8, 3) |> RCAB(8) |> conv(3, 3)',
        'import { conv as convolution, conv, RCAB } from "std/blocks"\nlet _c = convolution\n',
      ),
    ],
  ])('mends %s', (_, text, expected) => {
    expect(mended(text)).toBe(expected);
  });

  it('is not offered where two names are near', () => {
    const text = 'mfn 1\nlet wide = 1\nlet wine = 2\nlet _a = wire + wide + wine\n';
    expect(analyzed(text).map(({ code, fix }) => [code, fix])).toEqual([['MFN1001', undefined]]);
  });

  it('keeps the line ends of the file', () => {
    expect(mended('let a = 1\r\n')).toBe('mfn 1\r\nlet a = 1\r\n');
  });

  it('never touches the standard library', () => {
    const text = 'let a = 1\n';
    const [diagnostic] = analyzed(text);
    const ofLibrary = { ...diagnostic?.span, file: 'std/blocks' };
    const elsewhere = { ...diagnostic, fix: { title: '', edits: [{ span: ofLibrary, text: 'x' }] } } as Diagnostic;
    expect(applyFixes([elsewhere], new Map([['std/blocks', 'mfn 1\n']]))).toEqual(new Map());
  });
});

it.each(explanations.filter(({ wrong }) => wrong.kind === 'source').map((entry) => [entry.code, entry] as const))(
  'the fix in the example of %s, if it has one, leaves nothing to fix',
  (_, { wrong }) => {
    const files = filesOf(wrong);
    const { diagnostics, sources } = analyzeText(files, { requireModel: false });
    const fixed = { ...files, ...Object.fromEntries(applyFixes(diagnostics, sources)) };
    const after = analyzeText(fixed, { requireModel: false }).diagnostics;
    for (const { code, fix } of diagnostics) if (fix) expect(after.map((diagnostic) => diagnostic.code)).not.toContain(code);
    expect(after.filter(({ fix }) => fix)).toEqual([]);
  },
);
