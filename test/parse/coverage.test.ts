import type { IToken } from 'chevrotain';
import { describe, expect, test } from 'vitest';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import { contextualWords, Identifier, Missing, reservedWords, StringLiteral, symbols } from '../../src/compiler/1-parse/tokens.js';
import { caseNames, readCase } from '../support/cases.js';
import { childrenOf, nodesOf, treeOf } from '../support/parse-tree.js';

const trees = caseNames.flatMap((name) => Object.entries(readCase(name)).flatMap(([file, text]) => treeOf(file, text) ?? []));
const nodes = trees.flatMap(nodesOf);
const tokens = nodes.flatMap(childrenOf).filter((child): child is IToken => 'tokenType' in child);

describe('the golden cases', () => {
  test('hold every rule of the grammar', () => {
    const met = new Set(nodes.map(({ name }) => name));
    const rules = Object.keys(new MfnParser().getGAstProductions());
    expect(rules.filter((rule) => !met.has(rule))).toEqual([]);
  });

  test('hold every word and symbol', () => {
    const met = new Set(tokens.map(({ image }) => image));
    const all = [...symbols.keys(), ...reservedWords.keys(), ...contextualWords.keys()];
    expect(all.filter((image) => !met.has(image))).toEqual([]);
  });

  test('hold every word that is a keyword in its place only, as a name elsewhere', () => {
    const names = nodes.flatMap(({ name, children }) => (name === 'atom' ? (children.Identifier ?? []) : []));
    const met = new Set(names.flatMap((name) => ('image' in name ? [name.image] : [])));
    expect([...contextualWords.keys()].filter((word) => !met.has(word))).toEqual([]);
  });

  test('hold every kind of token', () => {
    const met = new Set(tokens.map(({ tokenType }) => tokenType));
    expect([Identifier, StringLiteral, Missing].filter((type) => !met.has(type))).toEqual([]);
  });
});
