import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grammarFiles } from '../../scripts/generate-grammar.js';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import { parse } from '../../src/compiler/1-parse/index.js';
import { scan } from '../../src/compiler/1-parse/scan.js';
import { NumberLiteral, reservedWords, StringLiteral, symbols } from '../../src/compiler/1-parse/tokens.js';
import { arbitraryProgram, laidOut } from '../support/arbitrary-program.js';
import { EbnfRecognizer, type Word } from '../support/ebnf-recognizer.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const committed = (name: string): string => readFileSync(`${root}grammar/${name}`, 'utf8');
const grammar = new EbnfRecognizer(committed('mfn.ebnf'));

function wordsOf(text: string): Word[] {
  return scan('a.mfn', text).tokens.map(({ image, tokenType }): Word => {
    if (tokenType === NumberLiteral) return { text: image, kind: 'number' };
    if (tokenType === StringLiteral) return { text: image, kind: 'string' };
    if (reservedWords.has(image)) return { text: image, kind: 'reserved' };
    return { text: image, kind: symbols.has(image) ? 'symbol' : 'name' };
  });
}

const isAccepted = (text: string): boolean => grammar.accepts('file', wordsOf(text));

describe('the generated files of grammar/', () => {
  it.each([...grammarFiles()])('%s is what scripts/generate-grammar.ts makes of the parser', (name, text) => {
    expect(committed(name)).toBe(text);
  });

  it('have every rule of the parser', () => {
    const rules = Object.keys(new MfnParser().getGAstProductions());
    expect(grammar.names).toEqual(expect.arrayContaining(rules));
    for (const rule of rules) expect(committed('railroad.html')).toContain(`<h3 id="${rule}">`);
  });

  it('the diagrams load nothing from elsewhere, and each link leads to a rule', () => {
    const page = committed('railroad.html');
    expect(page).not.toMatch(/https?:|<script|<link|@import|src=/);
    for (const [, target] of page.matchAll(/href="#(\w+)"/g)) expect(page).toContain(`id="${target}"`);
  });
});

describe('mfn.ebnf read by a recogniser of its own', () => {
  const sources = ['models', 'src/compiler/stdlib', 'test/cases', 'test/parse']
    .flatMap((folder) => readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
    .filter((name) => name.endsWith('.mfn'))
    .sort();
  const isWellFormed = (text: string): boolean => !parse('a.mfn', text).diagnostics.some(({ severity }) => severity === 'error');
  const wellFormed = sources.filter((name) => isWellFormed(readFileSync(`${root}${name}`, 'utf8')));

  it.each(wellFormed)('%s follows it', (name) => {
    expect(isAccepted(readFileSync(`${root}${name}`, 'utf8'))).toBe(true);
  });

  it('generated programs follow it', () => {
    fc.assert(
      fc.property(
        arbitraryProgram(120).chain((tokens) => laidOut(tokens)),
        (text) => isAccepted(text),
      ),
      { seed: 20221122, numRuns: 300 },
    );
  });

  it('programs with a word too many or too few follow it only where the parser finds no error', () => {
    const edited = fc
      .tuple(
        arbitraryProgram(60).chain((tokens) => laidOut(tokens, { commentEvery: 0 })),
        fc.nat(),
        fc.constantFrom('', 'let', ')', '{', '=', 'a', '|>', 'in'),
      )
      .map(([text, at, word]) => {
        // On one line, where the parser closes no bracket by itself.
        const words = wordsOf(text).map((found) => found.text);
        return words.with(at % words.length, word).join(' ');
      });
    let refused = 0;
    fc.assert(
      fc.property(edited, (text) => {
        if (isAccepted(text)) return;
        refused++;
        expect(isWellFormed(text)).toBe(false);
      }),
      { seed: 20221122, numRuns: 600 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it.each([
    ['a model without a name', 'mfn 1 model { }'],
    ['a block without a body', 'mfn 1 block A()'],
    ['a call with a comma alone', 'mfn 1 let a = f(,)'],
    ['a name that is reserved', 'mfn 1 let then = 1'],
    ['a stage without a length', 'mfn 1 training of A { stage s { } }'],
    ['an insertion of nothing named', 'mfn 1 variant "a" of "b" { insert after { } }'],
  ])('%s does not follow it', (_, text) => {
    expect(isAccepted(text)).toBe(false);
  });
});
