import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  Alternation,
  type IProduction,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  type Rule,
  Terminal,
  type TokenType,
} from 'chevrotain';
import { MfnParser } from '../../src/compiler/1-parse/grammar.js';
import * as t from '../../src/compiler/1-parse/tokens.js';

/** A piece of grammar, as both the EBNF and the diagrams print it. */
export type Syntax =
  | { readonly kind: 'literal'; readonly text: string }
  /** A rule, or a kind of word that the scanner makes. */
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'optional'; readonly part: Syntax }
  /** `part` with `separator` between, at least `least` times, which is 0 or 1. */
  | { readonly kind: 'repetition'; readonly part: Syntax; readonly separator?: Syntax; readonly least: 0 | 1 };

export interface Definition {
  readonly name: string;
  readonly syntax: Syntax;
}

export interface Section {
  readonly title: string;
  readonly definitions: readonly Definition[];
}

/** Files of the parser, in the order in which the reference has their rules. */
const sources: readonly (readonly [string, string])[] = [
  ['grammar.ts', 'Files and declarations'],
  ['grammar-statements.ts', 'Parameters, types and statements'],
  ['grammar-expressions.ts', 'Expressions'],
  ['grammar-training.ts', 'Trainings'],
  ['grammar-variants.ts', 'Variants'],
];

/** The words of the scanner by the type of their tokens; of types with several texts, all of them. */
function textsOf(type: TokenType): string[] {
  const all = [...t.symbols, ...t.reservedWords, ...t.contextualWords];
  return all.filter(([, of]) => of === type || of.CATEGORIES?.includes(type)).map(([text]) => text);
}

const lexical = new Map<TokenType, string>([
  [t.Identifier, 'name'],
  [t.NumberLiteral, 'number'],
  [t.StringLiteral, 'string'],
  [t.InfixOperator, 'infixOperator'],
  [t.PrefixOperator, 'prefixOperator'],
]);

function sequence(parts: readonly Syntax[]): Syntax {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'sequence', parts };
}

function choice(parts: readonly Syntax[]): Syntax {
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'choice', parts };
}

function literals(texts: readonly string[]): Syntax {
  return choice(texts.map((text) => ({ kind: 'literal', text })));
}

function syntaxOf(production: IProduction): Syntax {
  if (production instanceof Terminal) {
    const name = lexical.get(production.terminalType);
    return name === undefined ? literals(textsOf(production.terminalType)) : { kind: 'reference', name };
  }
  if (production instanceof NonTerminal) return { kind: 'reference', name: production.nonTerminalName };
  if (production instanceof Alternation) return choice(production.definition.filter((part) => !isMissing(part)).map(syntaxOf));
  const inner = (): Syntax => sequence(definitionOf(production).map(syntaxOf));
  if (production instanceof Option) return { kind: 'optional', part: inner() };
  if (production instanceof Repetition) return { kind: 'repetition', part: inner(), least: 0 };
  if (production instanceof RepetitionMandatory) return { kind: 'repetition', part: inner(), least: 1 };
  if (production instanceof RepetitionMandatoryWithSeparator)
    return { kind: 'repetition', part: inner(), separator: literals(textsOf(production.separator)), least: 1 };
  // What stands between brackets, with commas, may have one more comma at its end.
  if (production instanceof RepetitionWithSeparator) {
    const separator = literals(textsOf(production.separator));
    const list: Syntax = { kind: 'repetition', part: inner(), separator, least: 1 };
    return { kind: 'optional', part: sequence([list, { kind: 'optional', part: separator }]) };
  }
  return inner();
}

function definitionOf(production: IProduction): readonly IProduction[] {
  return (production as unknown as { readonly definition: readonly IProduction[] }).definition;
}

/** The token that the repair of the layout puts in place of what is missing is in no source. */
function isMissing(part: IProduction): boolean {
  const [only] = definitionOf(part);
  return only instanceof Terminal && only.terminalType === t.Missing;
}

/** The grammar of the parser, section by section, with the operators and words of the scanner. */
export function grammarSections(): Section[] {
  const rules: Record<string, Rule> = new MfnParser({ skipValidations: false }).getGAstProductions();
  const sections = sources.map(([file, title]): Section => {
    const text = readFileSync(fileURLToPath(new URL(`../../src/compiler/1-parse/${file}`, import.meta.url)), 'utf8');
    const names = [...text.matchAll(/readonly (\w+) = this\.RULE\(/g)].map(([, name]) => name ?? '');
    return { title, definitions: names.map((name) => ({ name, syntax: sequence((rules[name]?.definition ?? []).map(syntaxOf)) })) };
  });
  const found = new Set(sections.flatMap(({ definitions }) => definitions.map(({ name }) => name)));
  const lost = Object.keys(rules).filter((name) => !found.has(name));
  if (lost.length > 0) throw new Error(`the files named above do not have the rules ${lost.join(', ')}`);
  const operators = [t.InfixOperator, t.PrefixOperator].map((type) => ({ name: lexical.get(type) ?? '', syntax: literals(textsOf(type)) }));
  const reserved = { name: 'reservedWord', syntax: literals([...t.reservedWords.keys()]) };
  return [...sections, { title: 'Operators and reserved words', definitions: [...operators, reserved] }];
}
