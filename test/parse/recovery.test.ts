import { describe, expect, it } from 'vitest';
import { parse } from '../../src/compiler/1-parse/index.js';
import { expectDiagnostics, expectSpansInside } from '../support/diagnostics.js';

/** Name, lines of a file, and exactly the diagnostics it must give. */
const cases: readonly [string, readonly string[], readonly string[]][] = [
  ['a missing version line', ['let a = 1'], ['1:1 MFN0005']],
  ['an unknown version', ['mfn 2', 'let a = 1'], ['1:1 MFN0006']],
  ['a version line without a number', ['mfn', 'let a = 1'], ['1:4 MFN0020']],
  ['a misspelt declaration, its body skipped', ['mfn 1', 'modle X {', '  y = = 3', '}', 'let a = 1'], ['2:1 MFN0023']],
  ['a statement at the top level', ['mfn 1', 'y = 3', 'z = 4', 'let a = 1'], ['2:1 MFN0023']],
  [
    'two broken statements of one block',
    ['mfn 1', 'block A() {', '  a = = 1', '  b = 2', '  c = (3 +)', '}'],
    ['3:7 MFN0020', '5:11 MFN0020'],
  ],
  ['a forgotten parenthesis ends at the next statement', ['mfn 1', 'block A() {', '  a = conv(x, 3', '  b = 2', '}'], ['3:16 MFN0021']],
  ['a forgotten bracket in a list over two lines', ['mfn 1', 'block A() {', '  a = [1,', '    2', '  b = 2', '}'], ['4:6 MFN0021']],
  [
    'a forgotten brace, found by indentation',
    ['mfn 1', 'block A() {', '  for i in 1..3 {', '    a[i] = i', '}', 'block B() { }'],
    ['4:13 MFN0021'],
  ],
  ['a forgotten brace at the end of the file', ['mfn 1', 'model X {', '  in x: image', ''], ['3:14 MFN0021']],
  ['a declaration inside an unclosed block', ['mfn 1', 'block A() {', '  a = 1', 'block B() {', '}'], ['3:8 MFN0021']],
  ['closing brackets that close nothing', ['mfn 1', 'let a = 1)', 'let b = 2]'], ['2:10 MFN0022', '3:10 MFN0022']],
  ['a body without its opening brace', ['mfn 1', 'block A()', '  a = 1', '}', 'let b = 1'], ['2:10 MFN0020']],
  [
    'a value left out at the end of a line',
    ['mfn 1', 'block A() {', '  a =', '  b = 2', '  c = b +', '  d = 3', '}'],
    ['3:5 MFN0020', '5:9 MFN0020'],
  ],
  ['two mistakes in one call', ['mfn 1', 'let a = f(1,, 2 3, g(4 5))'], ['2:13 MFN0020', '2:17 MFN0020', '2:24 MFN0020']],
  [
    'a broken header keeps its body',
    ['mfn 1', 'block A(a int, b: int = ) {', '  c = = 1', '}'],
    ['2:11 MFN0020', '2:25 MFN0020', '3:7 MFN0020'],
  ],
  ['a broken loop keeps its body', ['mfn 1', 'block A() {', '  for i 1..3 {', '    a = = 1', '  }', '}'], ['3:9 MFN0020', '4:9 MFN0020']],
  ['a misspelt statement', ['mfn 1', 'block A() {', '  wieght k: [3] = zeros()', '}'], ['3:3 MFN0020']],
  ['an if without else', ['mfn 1', 'let a = if 1 < 2 then 3', 'let b = 1'], ['2:24 MFN0024']],
  ['chained comparisons', ['mfn 1', 'let a = 1 < 2 < 3', 'let b = 1 == 2 == 3'], ['2:15 MFN0025', '3:16 MFN0025']],
  ['a reserved word as a name', ['mfn 1', 'let then = 1', 'let b = 1'], ['2:5 MFN0026']],
  ['a reserved word as the name of a port', ['mfn 1', 'block A {', '  in if: image', '  out b: image', '}'], ['3:6 MFN0026']],
  ['a number that nothing can hold', ['mfn 1', 'let a = 1e999'], ['2:9 MFN0012']],
  ['a size written as one word', ['mfn 1', 'training of A {', '  data { patch 96x96 batch 1 }', '}'], ['3:16 MFN0012']],
  ['streams without names', ['mfn 1', 'training of A {', '  data { pair() unpaired(3) batch 1 }', '}'], ['3:10 MFN0020', '3:26 MFN0020']],
  [
    'a statement of stages in a loop',
    ['mfn 1', 'training of A {', '  stage s for 1 steps {', '    for i in 1..2 { log a = i }', '  }', '}'],
    ['4:21 MFN2019'],
  ],
  [
    'characters that mean nothing',
    ['mfn 1', 'let a = 1;', "let b = 'x'", 'let c = 2 £ 3'],
    ['2:10 MFN0010', '3:9 MFN0010', '4:11 MFN0010'],
  ],
  [
    'malformed numbers and strings',
    ['mfn 1', 'let a = 64px', 'let b = 1.2.3', 'let c = "x', 'let d = "\\q"'],
    ['2:9 MFN0012', '3:9 MFN0012', '4:9 MFN0011', '5:10 MFN0013'],
  ],
  [
    'a data section',
    ['mfn 1', 'training of A {', '  data { pair(a b) patch 96 by 96 batch augment = flip }', '}'],
    ['3:17 MFN0020', '3:29 MFN0020', '3:49 MFN0020'],
  ],
  [
    'settings given twice',
    ['mfn 1', 'training of A {', '  data { batch 1 batch 2 }', '  adam { rate = 1 rate = 2 }', '}'],
    ['3:18 MFN0028', '4:19 MFN0028'],
  ],
  [
    'a stage',
    ['mfn 1', 'training of A {', '  stage s for 20 minutes {', '    minimize L ovr a = 1', '    log = ', '  }', '}'],
    ['3:18 MFN0020', '4:16 MFN0020', '5:10 MFN0020'],
  ],
  ['a function without result', ['mfn 1', 'function f(a: float) { let b = 1 }'], ['2:10 MFN0030']],
  [
    'statements behind `return`',
    ['mfn 1', 'function f(a: float) {', '  return a', '  let b = 1', '  return b', '}'],
    ['4:3 MFN0040', '5:3 MFN0040'],
  ],
  ['a comprehension over two lines', ['mfn 1', 'let a = [for i', '  in b: i]', 'let b = 1'], []],
  ['doc comments that document nothing', ['mfn 1', 'let a = 1 /// behind', '/// at the end'], ['2:11 MFN0029', '3:1 MFN0029']],
];

describe('one run reports every mistake once, at its place', () => {
  it.each(cases)('%s', (_, lines, wanted) => {
    const text = lines.join('\n');
    const { diagnostics } = parse('test.mfn', text);
    expectDiagnostics(text, diagnostics, wanted);
    expectSpansInside(text, diagnostics);
  });
});

describe('what a diagnostic says', () => {
  const first = (...lines: string[]) => parse('test.mfn', lines.join('\n')).diagnostics[0];

  it('shows where an unclosed bracket was opened', () => {
    const diagnostic = first('mfn 1', 'block A() {', '  a = conv(x, 3', '}');
    expect(diagnostic?.message).toContain('expected `)`');
    expect(diagnostic?.related).toEqual([{ message: '`(` is opened here', span: { file: 'test.mfn', start: 28, end: 29 } }]);
  });

  it('suggests the keyword that was meant', () => {
    expect(first('mfn 1', 'modle X { }')?.hint).toBe('did you mean `model`?');
    expect(first('mfn 1', 'block A() {', '  wieght k: [3] = zeros()', '}')?.hint).toBe('did you mean `weight`?');
  });

  it('says that statements name values', () => {
    expect(first('mfn 1', 'block A() {', '  conv(x)', '}')?.message).toBe('expected `=` after `conv`, found `(`');
  });
});

describe('what recovery keeps', () => {
  it('keeps the names of statements whose values are broken', () => {
    const { file } = parse('test.mfn', 'mfn 1\nblock A() {\n  in x image\n  a = = 1\n  b = 2\n}');
    const [block] = file.items;
    expect(block?.kind === 'block' && block.body.map((s) => (s.kind === 'assign' ? s.target.text : s.kind))).toEqual(['port', 'a', 'b']);
  });
});
