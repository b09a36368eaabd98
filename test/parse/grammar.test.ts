import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serializeGrammar, type TokenType } from 'chevrotain';
import { describe, expect, it } from 'vitest';
import { cstTypesText } from '../../scripts/generate-cst-types.js';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import { vocabulary } from '../../src/compiler/1-parse/tokens.js';

describe('the grammar', () => {
  const parser = new MfnParser({ skipValidations: false });
  const productions = Object.values(parser.getGAstProductions());
  const text = JSON.stringify(serializeGrammar(productions));

  it('is free of ambiguities and left recursion', () => {
    expect(productions.length).toBeGreaterThan(30);
  });

  it('uses every token', () => {
    const isUsed = (type: TokenType) =>
      text.includes(`"${type.name}"`) || (type.CATEGORIES ?? []).some((category) => text.includes(`"${category.name}"`));
    expect(vocabulary.filter((type) => !isUsed(type)).map((type) => type.name)).toEqual([]);
  });

  it('reaches every rule', () => {
    const unreachable = productions.filter((rule) => rule.name !== 'file' && !text.includes(`"type":"NonTerminal","name":"${rule.name}"`));
    expect(unreachable.map((rule) => rule.name)).toEqual([]);
  });

  it('has up-to-date types of its tree', () => {
    const file = fileURLToPath(new URL('../../src/compiler/1-parse/cst.ts', import.meta.url));
    expect(readFileSync(file, 'utf8')).toBe(cstTypesText());
  });
});
