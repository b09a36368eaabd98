import { describe, expect, test } from 'vitest';
import { format } from '../../src/compiler/1-parse/printer/index.js';
import { overridesFrom } from '../../src/compiler/2-analyze/variants/overrides.js';
import type { AnalyzeResult } from '../../src/compiler/index.js';
import { analyzeText } from '../support/analyze-text.js';
import { weightPaths } from '../support/shipped-models.js';

const base = `mfn 1
import { conv, RCAB as Attention, ResidualGroup } from "std/blocks"
import { Own, factor } from "./own.mfn"
function scaled(a: tensor, by: float, again: float = 1.0) = a * by * again
block Plain() {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  y = x |> conv(C, 3)
}
block Body(width: int, depth: int = 2, size: int = 3) {
  in  x: [B, H, W, C]
  out y: [B, H, W, width]
  y = x |> conv(width, size) as first |> repeat(depth) as r { conv(width, 3) }
}
model Small(width: int = 16) {
  in  low: image
  out high: image
  body = Body(width, 3, 1)
  group = ResidualGroup(width, 2)
  high = low + (low |> body |> scaled(0.5, 2.0) |> group |> Attention(width) |> Own() |> Plain() |> conv(3, 3)) * factor
}
`;
const own = `mfn 1
import { conv } from "std/blocks"
let factor = 1
block Own(size: int = 3) {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  y = x |> conv(C, size) as only
}
`;

function variantOf(edits: string): AnalyzeResult {
  return analyzeText({ 'edited.mfn': `mfn 1\nvariant "edited" of "base.mfn" {\n${edits}\n}\n`, 'base.mfn': base, 'own.mfn': own });
}

/** The IR of a result without errors, apart from places and names of sources. */
function contentsOf({ ir, diagnostics }: AnalyzeResult): unknown {
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const isPlace = (key: string): boolean => ['span', 'because', 'variant', 'source'].includes(key);
  return JSON.parse(JSON.stringify(ir, (key, value: unknown) => (isPlace(key) ? undefined : value)));
}

/** The base, and the file that it imports, as a user would write them instead of the variant. */
function written(...replacements: readonly (readonly [string, string])[]): AnalyzeResult {
  let files = { 'base.mfn': base, 'own.mfn': own };
  for (const [from, to] of replacements) {
    expect(base + own).toContain(from);
    files = { 'base.mfn': files['base.mfn'].replace(from, to), 'own.mfn': files['own.mfn'].replace(from, to) };
  }
  return analyzeText(files);
}

const messages = ({ diagnostics }: AnalyzeResult): string[] =>
  diagnostics.map(({ code, message, hint }) => `${code} ${message}${hint ? ` (${hint})` : ''}`);

describe('parameters', () => {
  test.each([
    [
      'come behind others',
      'insert after Body.depth { gain: float = 2.0, last: int = 5 }\nreplace Body.y.r by { |> conv(width, last) as tail |> scaled(gain) }',
      [
        ['depth: int = 2, size', 'gain: float = 2.0, last: int = 5, size'],
        ['repeat(depth) as r { conv(width, 3) }', 'conv(width, last) as tail |> scaled(gain)'],
        ['Body(width, 3, 1)', 'Body(width, size: 1)'],
      ],
      'remove Body.depth',
    ],
    [
      'come first, and positions still mean what they meant',
      'insert before Body.width { gain: int = 2 }\nset Body.y.r = depth * gain',
      [
        ['Body(width: int', 'Body(gain: int = 2, width: int'],
        ['repeat(depth)', 'repeat(depth * gain)'],
        ['Body(width, 3, 1)', 'Body(width: width, depth: 3, size: 1)'],
      ],
      '',
    ],
    [
      'come where there were none',
      'insert after Plain.parameters { size: int = 5 }\nreplace Plain.y.conv by conv(C, size)',
      [
        ['Plain() {', 'Plain(size: int = 5) {'],
        ['conv(C, 3)', 'conv(C, size)'],
      ],
      '',
    ],
    [
      'of functions leave the value of a pipe first',
      'insert before scaled.by { more: float = 0.5 }\nreplace scaled.again[2] by again + more',
      [
        ['tensor, by: float', 'tensor, more: float = 0.5, by: float'],
        ['a * by * again', 'a * by * (again + more)'],
        ['scaled(0.5, 2.0)', 'scaled(by: 0.5, again: 2.0)'],
      ],
      '',
    ],
    ['are replaced', 'replace Body.depth by { depth: int = 7 }', [['depth: int = 2', 'depth: int = 7']], ''],
    [
      'of models come and go',
      'insert after width { more: int = 2 }\nset Small.body.Body.depth = more',
      [
        ['width: int = 16', 'width: int = 16, more: int = 2'],
        ['Body(width, 3, 1)', 'Body(width, more, 1)'],
      ],
      '',
    ],
  ] as const)('%s', (_, edits, replacements, removal) => {
    const also = removal === '' ? '' : `\n${removal}\nremove Small.body.Body.depth`;
    expect(contentsOf(variantOf(edits + also))).toEqual(contentsOf(written(...replacements)));
  });

  test('that are passed by position stay where they are when one before them goes', () => {
    expect(contentsOf(variantOf('remove Small.body.Body.depth'))).toEqual(
      contentsOf(written(['Body(width, 3, 1)', 'Body(width, size: 1)'])),
    );
  });

  test('that a use passes and the variant removes are named with both places', () => {
    const { diagnostics } = variantOf('remove Body.size\nreplace Body.y.first.size by 3');
    expect(diagnostics.map(({ code, message, span }) => [code, message, span.file])).toEqual([
      ['MFN2003', '`Body` has no parameter `size`', 'base.mfn'],
    ]);
    expect(diagnostics[0]?.related.map(({ message, span }) => [message, span.file, span.start])).toEqual([
      ['in variant "edited" of base.mfn', 'edited.mfn', 'mfn 1\nvariant "edited" of "base.mfn" {\n'.length],
    ]);
  });

  test('that the block uses and the variant removes are unknown in it', () => {
    expect(messages(variantOf('remove Body.depth\nremove Small.body.Body.depth'))).toEqual([
      'MFN1001 there is no name `depth` here (declare it, or import it)',
    ]);
  });

  test('without a default are asked of every use', () => {
    expect(messages(variantOf('insert after Body.parameters { more: int }\nset Body.y.r = more'))[0]).toMatch(/^MFN2002 .*`more`/);
  });

  test('fit in no other list, and nothing else in theirs', () => {
    expect(messages(variantOf('insert after Body.y { more: int = 1 }'))[0]).toMatch(/^MFN6010 /);
    expect(messages(variantOf('insert after Body.width { let more = 1 }'))[0]).toMatch(/^MFN6010 .*parameter/);
  });

  test('in braces are formatted as in parentheses', () => {
    const text = 'mfn 1\nvariant "a" of "b.mfn" { insert after A.b {c:int=3,d :float[] } }';
    expect(format('a.mfn', text).text).toContain('  insert after A.b { c: int = 3, d: float[] }\n');
  });
});

describe('what is imported', () => {
  test.each([
    ['a block of an own file', 'set Own.size = 1', [['block Own(size: int = 3)', 'block Own(size: int = 1)']]],
    ['inside a block of an own file', 'insert after Own.y.only { |> relu }', [['as only', 'as only |> relu']]],
    ['a `let` of an own file', 'set factor = 3', [['let factor = 1', 'let factor = 3']]],
  ] as const)('%s is edited', (_, edit, replacements) => {
    expect(contentsOf(variantOf(edit))).toEqual(contentsOf(written(...replacements)));
  });

  test('a block of the library is edited wherever the program uses it, and only in this program', () => {
    const plain = analyzeText({ 'base.mfn': base, 'own.mfn': own });
    const edited = variantOf('replace Attention.y by x + (x |> conv(width, 5) as only)');
    expect(messages(edited)).toEqual([]);
    // Two blocks in the residual group, which is of the library too, and the one of the model itself.
    const wide = (result: AnalyzeResult): number =>
      weightPaths(result.ir ?? expect.fail()).filter((path) => path.endsWith('only.kernel [5, 5, 16, 16]')).length;
    expect(wide(edited)).toBe(3);
    expect(contentsOf(analyzeText({ 'base.mfn': base, 'own.mfn': own }))).toEqual(contentsOf(plain));
  });

  test('an override reaches it too', () => {
    const options = { overrides: [overridesFrom('--set', ['Own.size = 1'])] };
    const result = analyzeText({ 'base.mfn': base, 'own.mfn': own }, options);
    expect(contentsOf(result)).toEqual(contentsOf(written(['block Own(size: int = 3)', 'block Own(size: int = 1)'])));
  });

  test('a mistake in it points at the edit', () => {
    const { diagnostics } = variantOf('replace Attention.y by x + unknown');
    expect(diagnostics.map(({ code, span }) => [code, span.file])).toEqual([['MFN1001', 'edited.mfn']]);
  });

  test('its parameters stay, as other files may pass them', () => {
    expect(messages(variantOf('remove Attention.reduction'))).toEqual([
      'MFN6009 `Attention.reduction`, a parameter, cannot be removed (other files may use `Attention`: `replace block Attention by ...` puts a block with other parameters in its place)',
    ]);
  });

  test('what the base does not import itself is no place, and the message says where it is declared', () => {
    expect(messages(variantOf('set RCAB.reduction = 4'))).toEqual([
      'MFN6006 `base.mfn` has nothing named `RCAB` (it is declared in std/blocks, and edits reach what the source itself declares or imports; `replace block` puts a block of your own in the place of one that uses it)',
    ]);
  });
});

describe('an edit of a default that nothing takes', () => {
  test('is a warning, which names the argument to set', () => {
    const { ir, diagnostics } = variantOf('set Body.depth = 5');
    expect(ir).toBeDefined();
    expect(diagnostics.map(({ code, severity, message, hint }) => [code, severity, message, hint])).toEqual([
      [
        'MFN6013',
        'warning',
        'setting `Body.depth` has no effect: every use of `Body` passes `depth`',
        'set `Small.body.Body.depth`, where it is passed',
      ],
    ]);
  });

  test('is one of an override too', () => {
    const options = { overrides: [overridesFrom('--set', ['Body.depth = 5'])] };
    const { diagnostics } = analyzeText({ 'base.mfn': base, 'own.mfn': own }, options);
    expect(diagnostics.map(({ code, span }) => [code, span.file])).toEqual([['MFN6013', '--set']]);
  });

  test('is none where one use takes the default', () => {
    expect(messages(variantOf('set Body.depth = 5\nremove Small.body.Body.depth'))).toEqual([]);
  });
});

describe('several variants of a file', () => {
  const file = (second: string): string => `mfn 1
block Mine() {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  y = x
}
variant "one" of "base.mfn" { replace block Plain by Mine() }
variant "two" of "base.mfn" { ${second} }
`;
  const unusedIn = (text: string, variant: string): string[] =>
    messages(analyzeText({ 'edited.mfn': text, 'base.mfn': base, 'own.mfn': own }, {}, variant));

  test('a block that one of them uses is not unused in the other', () => {
    expect(unusedIn(file('set width = 8'), 'two')).toEqual([]);
    expect(unusedIn(file('set width = 8'), 'one')).toEqual([]);
  });

  test('a block that none of them uses is', () => {
    const text = file('set width = 8').replace('replace block Plain by Mine()', 'set width = 4');
    for (const variant of ['one', 'two']) expect(unusedIn(text, variant)[0]).toMatch(/^MFN1022 .*`Mine`/);
  });
});
