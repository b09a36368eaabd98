import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { IToken } from 'chevrotain';
import { describe, expect, it } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import { scan } from '../../src/compiler/1-parse/scan.js';
import { contextualWords, Identifier, NumberLiteral, reservedWords, StringLiteral } from '../../src/compiler/1-parse/tokens.js';
import { walkSyntax } from '../support/concrete-syntax.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const grammarText = readFileSync(`${root}grammar/mfn.tmLanguage.json`, 'utf8');

await oniguruma.loadWASM(readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm')));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(grammarText, 'mfn.tmLanguage.json'),
});
const grammar = await registry.loadGrammar('source.mfn');

/** The innermost scope of each character, as an editor would colour the text. */
function scopesOf(text: string): string[] {
  if (!grammar) throw new Error('the grammar cannot be loaded');
  const scopes: string[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes: around } of tokens) {
      const innermost = around.find((scope) => scope.startsWith('string.')) ?? around.at(-1) ?? '';
      for (let i = startIndex; i < Math.min(endIndex, line.length); i++) scopes.push(innermost);
    }
    scopes.push('source.mfn');
  }
  return scopes;
}

/** Places of the words that the parser takes as words of the language, not as names. */
function keywordsOf(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  walkSyntax(text, (token, key) => {
    if (key !== 'Identifier' && key !== 'alias' && isContextual(token)) found.add(token.startOffset);
  });
  return found;
}

function isContextual({ image, tokenType }: IToken): boolean {
  return tokenType !== Identifier && contextualWords.has(image);
}

const isKeyword = (scope: string | undefined): boolean => /^(keyword|storage|constant\.language)\b/.test(scope ?? '');

/** Each token that an editor would colour as something else than it is. */
function mistakesIn(text: string): string[] {
  const scopes = scopesOf(text);
  const keywords = keywordsOf(text);
  const { tokens, comments } = scan('a.mfn', text);
  const describe = (offset: number, image: string): string =>
    `line ${text.slice(0, offset).split('\n').length}: ${image} is ${scopes[offset]}`;
  const wrongTokens = tokens.filter(({ image, startOffset, tokenType }) => {
    const scope = scopes[startOffset];
    if (tokenType === NumberLiteral) return scope !== 'constant.numeric.mfn';
    if (tokenType === StringLiteral) return scope !== 'string.quoted.double.mfn';
    if (reservedWords.has(image)) return !isKeyword(scope);
    return /^\w/.test(image) && isKeyword(scope) !== keywords.has(startOffset);
  });
  const wrongComments = comments.filter(({ span }) => !scopes[span.start]?.startsWith('comment.'));
  return [
    ...wrongTokens.map(({ image, startOffset }) => describe(startOffset, image)),
    ...wrongComments.map(({ span }) => describe(span.start, text.slice(span.start, span.end))),
  ];
}

describe('mfn.tmLanguage.json', () => {
  it('has the words of the scanner, and no others but types', () => {
    const patterns: string[] = [];
    JSON.parse(grammarText, (key, value: unknown) => {
      if (['match', 'begin', 'end'].includes(key) && typeof value === 'string') patterns.push(value);
      return value;
    });
    // What is left of a pattern without classes of characters, escapes and lookaheads that only keep words apart.
    const plain = patterns.map((pattern) => pattern.replace(/\(\?!\(\?:[a-z|]+\)\\b\)/g, '').replace(/\[[^\]]*\]|\\./g, ' '));
    const words = new Set(plain.flatMap((pattern) => pattern.match(/[A-Za-z]+/g) ?? []));
    const types = ['int', 'float', 'bool', 'string', 'image', 'tensor'];
    expect([...words].sort()).toEqual([...reservedWords.keys(), ...contextualWords.keys(), ...types].sort());
  });

  const sources = ['models', 'src/compiler/stdlib']
    .flatMap((folder) => readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
    .concat(['test/parse/printer/style.formatted.mfn', 'test/cases/variant-edits/input.mfn', 'test/cases/training/input.mfn'])
    .filter((name) => name.endsWith('.mfn'))
    .sort();

  it.each(sources)('colours each word of %s as the parser reads it', (name) => {
    expect(mistakesIn(readFileSync(`${root}${name}`, 'utf8'))).toEqual([]);
  });

  it('tells documentation, escapes and names of declarations apart', () => {
    const text = 'mfn 1\n/// A.\n// b\nblock Net(path: string = "a\\n\\q") { }';
    const scopes = scopesOf(text);
    const at = (part: string): string | undefined => scopes[text.indexOf(part)];
    expect([at('/// A'), at('// b'), at('Net'), at('path'), at('string')]).toEqual([
      'comment.line.documentation.mfn',
      'comment.line.double-slash.mfn',
      'entity.name.type.mfn',
      'variable.parameter.mfn',
      'support.type.mfn',
    ]);
  });

  it('a string that is not closed ends with its line', () => {
    const text = 'let a = "open\nlet b = 1';
    expect(scopesOf(text)[text.indexOf('b')]).toBe('variable.other.constant.mfn');
  });

  it('words of the language are names in other places', () => {
    expect(
      mistakesIn('mfn 1\nmodel Net {\n  in  data: image\n  out log: image\n  x = data\n  steps = x * 2\n  log = conv(steps, over: 3)\n}\n'),
    ).toEqual([]);
  });
});
