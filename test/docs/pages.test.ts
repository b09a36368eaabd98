import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Rule, serializeProduction } from 'chevrotain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import { format } from '../../src/compiler/1-parse/printer/index.js';
import { contextualWords, reservedWords, symbols } from '../../src/compiler/1-parse/tokens.js';
import { listVariants } from '../../src/compiler/2-analyze/variants/list-variants.js';
import { analyze } from '../../src/compiler/index.js';
import { runCommand } from '../cli/command-result.js';
import { constructsOf } from '../support/concrete-syntax.js';
import { filesOf } from '../support/page-examples.js';

const root = path.resolve(import.meta.dirname, '../..');

/** A fenced block of a page, with the heading above it. */
interface Block {
  readonly heading: string;
  readonly language: string;
  /** What stands behind the language: the codes that the source has to give. */
  readonly codes: readonly string[];
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  for (const [, title, info = '', text = ''] of readFileSync(path.join(root, page), 'utf8').matchAll(
    /^#+ (.*)$|^```(\S.*)\n([\s\S]*?)^```$/gm,
  )) {
    if (title !== undefined) heading = title;
    else blocks.push({ heading, language: info.split(' ')[0] ?? '', codes: info.split(' ').slice(1), text });
  }
  return blocks;
}

/** Codes of the diagnostics that a source gives, by itself and in each of its variants. */
function codesOf(file: string, files: Readonly<Record<string, string>>): string[] {
  const host = {
    read: (name: string) => files[name],
    resolve: (_from: string, specifier: string) => specifier.replace(/^\.\//, ''),
  };
  const variants = (listVariants(file, host)?.variants ?? []).map(({ name }) => `${file}#${name}`);
  const diagnostics = (variants.length > 0 ? variants : [file]).flatMap((model) => analyze(model, host).diagnostics);
  // Sources without a model are libraries.
  return diagnostics.filter(({ code }) => code !== 'MFN1013').map(({ code, message }) => `${code} ${message}`);
}

/** Compares what a command printed with what a page shows of it, where a line `...` stands for any lines. */
function expectShown(printed: string, shown: string): void {
  const patterns = shown.split(/^\.\.\.\n/m);
  let from = 0;
  for (const [i, part] of patterns.entries()) {
    const at = i === 0 ? 0 : printed.indexOf(part, from);
    if (i === 0 || at < 0) expect(printed.slice(from, from + part.length)).toBe(part);
    from = at + part.length;
  }
  if (patterns.at(-1) !== '') expect(printed.slice(from)).toBe('');
}

/** A command line of a page without `mfnc`, its quotes taken off. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '').slice(1);
}

const pages = [
  'grammar/mfn.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe.each(pages)('%s', (page) => {
  const blocks = blocksOf(page);
  const sources = blocks.filter(({ language }) => language === 'mfn');
  const folder = mkdtempSync(path.join(tmpdir(), 'mfnc-page-'));
  const before = process.cwd();
  /** The sources of the page so far, by name; a name that comes again stands for the later text. */
  const files: Record<string, string> = {};

  beforeAll(() => process.chdir(folder));
  afterEach(() => process.chdir(folder));
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  it('has examples', () => {
    expect(sources.length).toBeGreaterThan(5);
  });

  for (const [i, { heading, language, codes, text }] of blocks.entries()) {
    if (language === 'mfn') {
      it(`block ${i + 1}, ${heading}: the source gives ${codes.length > 0 ? codes.join(' and ') : 'no diagnostic'}`, () => {
        const own = filesOf({ text });
        Object.assign(files, own);
        for (const [name, source] of Object.entries(own)) writeFileSync(name, source);
        const found = codesOf(Object.keys(own)[0] ?? '', files);
        expect(found.map((message) => (codes.length > 0 ? message.slice(0, 7) : message))).toEqual(codes);
      });
    }
    if (language === 'console') {
      for (const [, command = '', shown = ''] of text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
        it(`block ${i + 1}, ${heading}: ${command} prints what is shown`, async () => {
          const { stdout, stderr } = await runCommand(...wordsOf(command));
          expectShown(stdout + stderr, shown);
        });
      }
    }
  }
});

describe('the language reference', () => {
  const sources = blocksOf('grammar/mfn.md').filter(({ language }) => language === 'mfn');
  const shown = new Set(sources.flatMap(({ text }) => Object.values(filesOf({ text })).flatMap((source) => [...constructsOf(source)])));

  it('has an example of every rule of the parser that takes words', () => {
    const rules = Object.entries(new MfnParser().getGAstProductions());
    // The others only choose between rules.
    const taking = rules
      .filter(([, rule]: [string, Rule]) => JSON.stringify(serializeProduction(rule)).includes('"type":"Terminal"'))
      .map(([name]) => name);
    expect(taking.length).toBeGreaterThan(40);
    expect(taking.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('has an example of every word and symbol of the scanner', () => {
    const words = [...reservedWords.keys(), ...contextualWords.keys(), ...symbols.keys()];
    expect(words.filter((word) => !shown.has(word))).toEqual([]);
  });
});

describe.each(pages)('the sources of %s', (page) => {
  const wellFormed = blocksOf(page).filter(({ language, codes }) => language === 'mfn' && codes.length === 0);
  const files = wellFormed.flatMap(({ heading, text }) => Object.entries(filesOf({ text })).map((file) => [heading, ...file] as const));

  it.each(files)('%s: %s is formatted', (_, name, source) => {
    expect(format(name, source).text).toBe(source);
  });
});
