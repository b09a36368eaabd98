import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { degreeLimit, productLimit } from '../../src/compiler/ir/polynomial.js';
import { limits } from '../../src/compiler/limits.js';
import { analyzeText } from '../support/analyze-text.js';

/** A model with these statements, behind declarations. */
const model = (body: string, declarations = ''): string =>
  `mfn 1\n${declarations}\nmodel Net {\n  in  x: [B, H, W, 3]\n  out y: tensor\n${body}\n}\n`;

const many = (count: number, of: (i: number) => string, between = '\n'): string =>
  Array.from({ length: count }, (_, i) => of(i)).join(between);

const repeated = (text: string, count: number): string => text.repeat(count);

/** Code and message of the errors; those at the same place once. */
function errorsOf(source: string | Record<string, string>): string[] {
  const errors = analyzeText(source).diagnostics.filter(({ severity }) => severity === 'error');
  return [...new Set(errors.map(({ code, message }) => `${code} ${message}`))];
}

const deep = 'MFN0007 brackets are nested more than 200 deep';
const tall = 'MFN0008 this expression is more than 400 operations deep';
const evaluations = 'MFN2013 the number of evaluated expressions and turns of loops exceeds the limit of 500000';
const nodes = 'MFN2013 the number of operations exceeds the limit of 100000';
const inPlace = 'MFN2013 the number of operations of `Net`, its blocks included, exceeds the limit of 1000000';

const relay = (name: string, body: string): string => `block ${name} { in x: tensor  out y: tensor  ${body} }`;

describe('nesting ends in one error that names the limit', () => {
  test.each([
    ['parentheses', `  y = ${repeated('(', 100_000)}x${repeated(')', 100_000)}`, deep],
    ['brackets', `  y = ${repeated('[', 100_000)}x${repeated(']', 100_000)}`, deep],
    ['braces', `  y = ${repeated('{', 100_000)}x${repeated('}', 100_000)}`, deep],
    ['brackets never closed', `  y = ${repeated('([{', 100_000)}`, deep],
    ['ifs', `  y = ${repeated('if true then x else ', 50_000)}x`, deep],
    ['comprehensions', `  let a = [${repeated('for i in 1..2: ', 50_000)}1]\n  y = x`, deep],
    ['repetitions', `  y = x |> ${repeated('repeat(1) { ', 50_000)}relu${repeated(' }', 50_000)}`, deep],
    ['loops', `${repeated('for i in 1..2 { ', 50_000)} y = x ${repeated('}', 50_000)}`, deep],
    ['minus signs', `  y = ${repeated('-', 100_000)}x`, tall],
    ['nots', `  let a = ${repeated('not ', 100_000)}true\n  y = x`, tall],
    ['sums', `  y = x${repeated(' + x', 100_000)}`, tall],
    ['powers', `  y = x${repeated(' ^ 2', 100_000)}`, tall],
    ['pipes', `  y = x${repeated(' |> relu', 100_000)}`, tall],
    ['indices', `  y = x${repeated('[1]', 30_000)}`, tall],
    ['members', `  y = x${repeated('.a', 30_000)}`, tall],
    ['calls', `  y = x${repeated('()', 30_000)}`, tall],
  ])('%s', (_name, body, expected) => {
    expect(errorsOf(model(body))).toEqual([expected]);
  });

  test('closing brackets that close nothing', () => {
    expect(errorsOf(model(`  y = x${repeated(')', 900_000)}`)).at(-1)).toBe(
      'MFN0009 more than 100 mistakes; the rest of this file is not reported',
    );
  });

  test('statements without a value', () => {
    expect(analyzeText(model(repeated('  wide\n', 50_000))).diagnostics.map(({ code }) => code)).toEqual([
      ...Array.from({ length: limits.mistakesOfFile }, () => 'MFN0020'),
      'MFN0009',
    ]);
  });

  test('lists of a type', () => {
    const declaration = `function f(a: int${repeated('[]', 100_000)}) = 1`;
    expect(errorsOf(model('  y = x', declaration))).toEqual(['MFN2013 the nesting of lists of a type exceeds the limit of 64']);
  });

  test('long and many comments are no matter', () => {
    const comments = `${repeated('/// of y\n', 50_000)}//${repeated(' long', 50_000)}`;
    expect(errorsOf(model(`${comments}\n  y = x`))).toEqual([]);
  });

  test.each([
    ['a name', model(`  ${repeated('n', 300_000)} = x\n  y = x`), `MFN0031 this name has 300000 characters; at most 200 are allowed`],
    [
      'a text',
      model(`  y = if "${repeated('t', 300_000)}" == "" then x else -x`),
      'MFN0031 this text has 300002 characters; at most 1002 are allowed',
    ],
    ['a number', model(`  y = x * ${repeated('1', 300_000)}`), 'MFN0031 this number has 300000 characters; at most 400 are allowed'],
  ])('%s that is too long', (_name, source, expected) => {
    expect(errorsOf(source)).toEqual([expected]);
  });
});

describe('imports end in one error that names the limit', () => {
  test('files that import each other in a chain', () => {
    const files = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, i) => [`f${i}.mfn`, `mfn 1\nimport { a } from "f${i + 1}.mfn"\nlet b = a`]),
    );
    const main = `mfn 1\nimport { b } from "f0.mfn"\nlet a = b`;
    expect(errorsOf({ 'main.mfn': main, ...files }).filter((error) => error.startsWith('MFN2013'))).toEqual([
      'MFN2013 the number of files that import each other exceeds the limit of 64',
    ]);
  });

  test('thousands of files', () => {
    const files = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}.mfn`, 'mfn 1\nlet b = 1']));
    const main = model(
      '  y = x',
      many(5_000, (i) => `import { b as b${i} } from "f${i}.mfn"`),
    );
    expect(errorsOf({ 'main.mfn': main, ...files })).toEqual(['MFN2013 the number of imported files exceeds the limit of 1000']);
  });
});

describe('what is unrolled ends in one error that names the limit', () => {
  const range = 'MFN2013 a range of 1000000000 numbers exceeds the limit of 10000';
  const functions = (body: string): string => `function f(n: int) = ${body}`;

  test.each([
    ['a loop', model('  for i in 1..1000000000 { f[i] = x }\n  y = x'), range],
    ['loops in loops', model('  for i in 1..1000000000 { for j in 1..1000000000 { f[i, j] = x } }\n  y = x'), range],
    ['loops over what is allowed', model('  for i in 1..10000 { for j in 1..10000 { for k in 1..10000 { } } }\n  y = x'), evaluations],
    ['a comprehension', model('  let a = [for i in 1..1000000000: i]\n  y = x'), range],
    ['comprehensions of nothing', model('  let a = [for i in 1..9999: for j in 1..9999: for k in 1..0: 1]\n  y = x'), evaluations],
    ['a repetition', model('  y = x |> repeat(1000000000) { relu }'), 'MFN2016 the count of `repeat` is 1000000000, outside 0 to 10000'],
    ['repetitions in repetitions', model('  y = x |> repeat(10000) { repeat(10000) { relu } }'), nodes],
    ['sums of long lists', model('  y = x * total([for i in 1..9999: total(a)])', 'let a = [for i in 1..9999: i]'), evaluations],
    [
      'long lists as arguments',
      model('  let b = [for i in 1..9999: f(a)]\n  y = x', 'function f(n: int[]) = 1\nlet a = [for i in 1..9999: i]'),
      evaluations,
    ],
    [
      'joins of many tensors',
      model('  for i in 1..5000 { f[i] = x }\n  for i in 1..5000 { g[i] = [for j in 1..5000: f[j]] |> relu }\n  y = x'),
      evaluations,
    ],
    [
      'a list doubled',
      model('  y = x', `let a0 = [1]\n${many(60, (i) => `let a${i + 1} = [a${i}, a${i}]`)}`),
      'MFN2013 the number of elements of a list exceeds the limit of 250000',
    ],
    [
      'a list nested',
      model('  y = x', `let a0 = [1]\n${many(100, (i) => `let a${i + 1} = [a${i}]`)}`),
      'MFN2013 the nesting of lists exceeds the limit of 64',
    ],
    ['a function that calls itself', model('  y = x * f(1)', functions('f(n + 1)')), 'MFN2014 `f` uses itself 64 levels deep'],
    [
      'functions that call each other',
      model('  y = x * f(1)', `${functions('g(n + 1)')}\nfunction g(n: int) = f(n + 1)`),
      'MFN2014 `f` uses itself 64 levels deep',
    ],
    ['a function that calls itself twice', model('  y = x * f(60)', functions('if n < 2 then 1 else f(n - 1) + f(n - 2)')), evaluations],
    [
      'functions that call the next twice',
      model('  y = x * f40(1)', `function f0(n: int) = n\n${many(40, (i) => `function f${i + 1}(n: int) = f${i}(f${i}(n))`)}`),
      evaluations,
    ],
    [
      'a block within itself',
      model('  y = x |> F(1)', 'block F(n: int) { in x: tensor  out y: tensor  y = x |> F(n + 1) }'),
      'MFN2014 `F` uses itself 64 levels deep',
    ],
    [
      'blocks that hold the next twice',
      model(
        '  y = x |> B40()',
        `${relay('B0', 'y = relu(x)')}\n${many(40, (i) => relay(`B${i + 1}`, `y = x |> B${i}() as a |> B${i}() as b`))}`,
      ),
      inPlace,
    ],
    [
      'a tree of different blocks',
      model(
        '  y = x |> F(0, 0)',
        'block F(n: int, d: int) {\n in x: tensor\n out y: tensor\n y = if d > 40 then x else (x |> F(2 * n, d + 1) as a) + (x |> F(2 * n + 1, d + 1) as b)\n}',
      ),
      evaluations,
    ],
    ['a power', model('  y = x * 2 ^ 1024'), 'MFN2012 2 ^ 1024 has no finite value'],
    ['a power of powers', model('  y = x * 3 ^ 3 ^ 3 ^ 3'), 'MFN2012 3 ^ 7625597484987 has no finite value'],
    [
      'a product',
      model('  y = x * (9007199254740991 * 3)'),
      'MFN2011 9007199254740991 * 3 leaves the whole numbers that can be held exactly',
    ],
    ['a sum', model('  y = x * (9007199254740991 + 1)'), 'MFN2011 9007199254740991 + 1 leaves the whole numbers that can be held exactly'],
    ['a number', model('  y = x * 9007199254740993'), 'MFN2011 9007199254740992 leaves the whole numbers that can be held exactly'],
  ])('%s', (_name, source, expected) => {
    expect(errorsOf(source)).toEqual([expected]);
  });

  test('errors of a block that is built over and over', () => {
    const block = 'block F(n: int) { in x: tensor  out y: tensor  y = (x |> F(2 * n) as a) + (x |> F(2 * n + 1) as b) }';
    const errors = errorsOf(model('  y = x |> F(1)', block));
    expect(errors.length).toBeLessThanOrEqual(limits.errors + 1);
    expect(errors.at(-1)).toBe('MFN2050 more than 1000 errors; the rest is not reported');
  });
});

describe('networks end in one error that names the limit', () => {
  const weight = (shape: string): string =>
    `block F { in x: tensor  out y: tensor  weight w: [${shape}] = ones()  y = x * reduce_mean(w) }`;
  const pool = 'function pool(a: tensor) = avg_pool(a, size: [2, 2], strides: [2, 2])';
  const conv = 'import { conv } from "std/blocks"';

  test.each([
    [
      'a weight',
      model('  y = x |> F()', weight('1000000, 1000000')),
      'MFN2015 `w` would have 1000000000000 parameters; the limit is 1000000000',
    ],
    [
      'many weights',
      model('  y = x |> repeat(2000) as f { F() }', weight('1000, 1000')),
      'MFN2015 `Net` would have 2000000000 parameters; the limit is 1000000000',
    ],
    [
      'a kernel',
      model('  y = x |> conv(3, 1000000000)', conv),
      'MFN2015 `kernel` would have 9000000000000000000 parameters; the limit is 1000000000',
    ],
    [
      'axes of a weight',
      model('  y = x |> F()', weight(many(100, () => '1', ', '))),
      'MFN2013 100 axes of the weight `w` exceeds the limit of 32',
    ],
    [
      'axes of a tensor',
      model(`  y = reshape(x, [${repeated('1, ', 40)}B, H, W, 3])`),
      'MFN2013 44 axes in `shape` of `reshape` exceeds the limit of 32',
    ],
    [
      'axes by the thousand',
      model(`  y = reshape(x, [${repeated('B, H, ', 10_000)}W, 3])`),
      'MFN2013 20002 axes in `shape` of `reshape` exceeds the limit of 32',
    ],
    [
      'powers of a size',
      model('  p[0] = 1\n  for i in 1..9000 { p[i] = p[i - 1] * H }\n  y = reshape(x, [B, p[9000], W, 3])'),
      `MFN2013 the number of factors of an extent exceeds the limit of ${degreeLimit}`,
    ],
    [
      'numbers of elements that cannot be worked out',
      model(
        '  p[0] = 1\n  q[0] = 1\n  for i in 1..60 {\n    p[i] = p[i - 1] * H\n    q[i] = q[i - 1] * W\n  }\n' +
          '  y = broadcast_to(reduce_mean(x), [p[60], p[60], p[60]]) |> reshape([p[60], p[60], q[60]])',
      ),
      expect.stringMatching(/^MFN3001 `reshape`: the number of elements of \[(H\*)+H, .*H\] is beyond what can be worked out$/),
    ],
    [
      'halves of powers of a size',
      model(`  p[0] = 1\n  for i in 1..${degreeLimit} { p[i] = p[i - 1] * H }\n  y = reshape(x, [B, p[${degreeLimit}] / 2, W, 3])`),
      expect.stringMatching(/^MFN2011 (H\*)+H \/ 2 leaves the whole numbers that can be held exactly$/),
    ],
    [
      'quotients of products of quotients',
      model(
        '  f[0] = reduce_mean(x, axes: [2], keepdims: true)\n  for i in 1..5000 {\n' +
          '    wide[i] = broadcast_to(f[i - 1], [B, shape(f[i - 1])[2], W, 3])\n' +
          '    f[i] = wide[i] |> reshape([B, shape(f[i - 1])[2] * W, 1, 3]) |> avg_pool(size: [2, 1], strides: [2, 1])\n  }\n  y = f[5000]',
      ),
      expect.stringMatching(/^MFN3001 `reshape`: the number of elements of \[B, (floor\(W\*){20}.* is beyond what can be worked out$/),
    ],
    [
      'halves of halves',
      model('  y = x |> repeat(200) { pool }', pool),
      'MFN2011 an extent of `avg_pool` leaves the whole numbers that can be held exactly',
    ],
    [
      'doubles of doubles',
      model('  f[0] = x\n  for i in 1..60 { f[i] = concat(f[i - 1], f[i - 1], axis: 1) }\n  y = f[60]'),
      'MFN2011 the extent 9007199254740992*H of `concat` leaves the whole numbers that can be held exactly',
    ],
    [
      'products of sums',
      model(
        `${many(80, (i) => `  let d${i} = ${many(10, (k) => `shape(avg_pool(x, size: [1, 1], strides: [${10 * i + k + 2}, 1]))[2]`, ' + ')}`)}\n` +
          `  let e0 = d0\n${many(70, (i) => `  let e${i + 1} = e${i} * d${i + 1}`)}\n  y = broadcast_to(reduce_mean(x), [e70])`,
      ),
      `MFN2013 the number of terms of an extent exceeds the limit of ${productLimit}`,
    ],
  ])('%s', (_name, source, expected) => {
    expect(errorsOf(source)).toEqual([expected]);
  });
});

test('the reference tabulates every limit', () => {
  const reference = readFileSync(fileURLToPath(new URL('../../grammar/mfn.md', import.meta.url)), 'utf8');
  const section = reference.slice(reference.indexOf('## Limits'));
  const tabulated = [...section.matchAll(/^\| .* \| ([\d,]+) \| MFN\d{4} \|$/gm)].map(([, number]) => Number(number?.replaceAll(',', '')));
  const known = [...Object.values(limits), limits.turns, productLimit, degreeLimit, Number.MAX_SAFE_INTEGER];
  const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
  expect(ascending(tabulated)).toEqual(ascending(known));
});
