import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/compiler/1-parse/index.js';
import { format } from '../../../src/compiler/1-parse/printer/index.js';
import { scan } from '../../../src/compiler/1-parse/scan.js';
import { contextualWords, symbols } from '../../../src/compiler/1-parse/tokens.js';
import { explanations } from '../../../src/compiler/diagnostics/explanations.js';
import { arbitraryProgram, laidOut } from '../../support/arbitrary-program.js';
import { astText } from '../../support/ast-text.js';
import { constructsOf } from '../../support/concrete-syntax.js';
import { filesOf } from '../../support/page-examples.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const sourcesOf = (folder: string): string[] =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mfn'))
    .sort()
    .map((name) => `${folder}/${name}`);

const files = ['models', 'src/compiler/stdlib', 'examples', 'test/cases', 'test/parse'].flatMap(sourcesOf);
/** The sources among the examples of pages: of an example of several files, each. */
const examplesOf = (title: string, text: string): [string, string][] =>
  Object.entries(filesOf({ text })).map(([name, source]) => [`${title}, ${name}`, source]);
const blocksOf = (page: string): [string, string][] => {
  const found = readFileSync(`${root}${page}`, 'utf8').matchAll(/^```mfn.*\n([\s\S]*?)^```$/gm);
  return [...found].flatMap(([, text = ''], i) => examplesOf(`${page}, block ${i + 1}`, text));
};

const corpus: [string, string][] = [
  ...files.map((file): [string, string] => [file, readFileSync(`${root}${file}`, 'utf8')]),
  ...['grammar/mfn.md', 'docs/tutorial.md'].flatMap(blocksOf),
  ...explanations.flatMap(({ code, wrong, right }) => [
    ...examplesOf(`${code}, failing`, wrong.text),
    ...examplesOf(`${code}, mended`, right.text),
  ]),
];

const hasErrors = (text: string): boolean => parse('a.mfn', text).diagnostics.some(({ severity }) => severity === 'error');
const wellFormed = corpus.filter(([, text]) => !hasErrors(text));

const treeOf = (text: string): string => astText(parse('a.mfn', text).file, text, { spans: false });
/** All comments in one line: where the layout has no line for one of its own, it stands behind another. */
const commentsOf = (text: string): string =>
  scan('a.mfn', text)
    .comments.map(({ span }) => text.slice(span.start, span.end).trimEnd())
    .join('  ');

/** Formats and demands what holds for every text without syntax errors. */
function expectFormatted(text: string): string {
  expect(hasErrors(text)).toBe(false);
  const formatted = format('a.mfn', text).text ?? '';
  expect(treeOf(formatted)).toBe(treeOf(text));
  expect(commentsOf(formatted)).toBe(commentsOf(text));
  expect(format('a.mfn', formatted).text).toBe(formatted);
  expect(formatted).toMatch(/^\S[\s\S]*\S\n$/);
  expect(formatted).not.toMatch(/\r|[ \t]\n|\n\n\n/);
  return formatted;
}

describe('the generated programs', () => {
  it('have every rule of the parser that takes words, and every word and symbol', () => {
    const programs = fc.sample(arbitraryProgram(), { seed: 20221122, numRuns: 400 });
    const made = new Set(programs.flatMap((tokens) => [...constructsOf(tokens.join(' ').replaceAll('\u2060', ''))]));
    const wanted = [
      ...constructsOf(readFileSync(`${root}test/parse/cases/constructs.mfn`, 'utf8')),
      ...contextualWords.keys(),
      ...symbols.keys(),
    ];
    expect(wanted.filter((construct) => !made.has(construct))).toEqual([]);
  });
});

describe('formatting keeps the tree and the comments, and formatting again changes nothing', () => {
  it('has sources to show it on', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(wellFormed.length).toBeGreaterThan(140);
  });

  it.each(wellFormed)('%s', (_, text) => {
    const formatted = expectFormatted(text);
    expect(format('a.mfn', text.replaceAll('\n', '\r\n')).text).toBe(formatted);
    expect(format('a.mfn', text.replaceAll('\n', '\r')).text).toBe(formatted);
  });

  it.each(wellFormed)('%s, without indentation', (_, text) => {
    expectFormatted(text.replace(/^[ \t]+/gm, ''));
  });

  it.each([
    [80, 1500],
    [300, 1000],
    [1500, 60],
  ])('generated programs of up to %i decisions', (size, numRuns) => {
    const source = arbitraryProgram(size).chain((tokens) => laidOut(tokens));
    fc.assert(
      fc.property(source, (text) => void expectFormatted(text)),
      { seed: 20221122, numRuns },
    );
  });

  it('white space says nothing, but where it breaks pipes', () => {
    const twice = arbitraryProgram(200).chain((tokens) => {
      const isPiped = tokens.includes('|>');
      const layout = laidOut(tokens, { commentEvery: 0 }).map((text) => (isPiped ? text.replaceAll(/\s+/g, ' ') : text));
      return fc.tuple(layout, layout);
    });
    // Empty lines stay, one of them.
    const dense = (text: string): string => text.replaceAll(/\n+/g, '\n');
    fc.assert(
      fc.property(twice, ([one, other]) => {
        expect(dense(format('a.mfn', one).text ?? '')).toBe(dense(format('a.mfn', other).text ?? ''));
      }),
      { seed: 20221122, numRuns: 1000 },
    );
  });
});

describe('an inserted `for` whose range has braces of its own', () => {
  const range = `(not []() ..< 1 |> repeat(true) as again { ${'long'.repeat(25)} })`;

  it.each([
    ['elements', `for n in ${range}: 1`],
    ['elements', `for n in [${range}]: for m in ${range}: n`],
    ['statements', `for n in ${range} { y = [for i in 1..2: i] }`],
  ])('stands for %s: %s', (kind, content) => {
    const formatted = expectFormatted(`mfn 1\nvariant "a" of "b" { insert after c { ${content} } }`);
    expect(treeOf(formatted)).toContain(`content: ${kind}`);
  });
});

describe('a source with syntax errors', () => {
  it.each(corpus.filter(([, text]) => hasErrors(text)))('%s is not formatted', (_, text) => {
    const { text: formatted, diagnostics } = format('a.mfn', text);
    expect(formatted).toBeUndefined();
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  });
});

describe('the shipped sources', () => {
  it.each([...sourcesOf('models'), ...sourcesOf('src/compiler/stdlib'), ...sourcesOf('examples')])('%s is formatted', (file) => {
    const text = readFileSync(`${root}${file}`, 'utf8');
    expect(format(file, text).text).toBe(text);
  });
});
