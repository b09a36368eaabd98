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
import { standardLibrary } from '../../src/compiler/stdlib/sources.js';
import type { Random } from './random.js';

type Container = IProduction & { readonly definition: IProduction[] };

const rules = new MfnParser().getGAstProductions();

/** Names that mean something, so that what is generated comes past the check of names at times: few of their own, and many of the library. */
const names = [
  'a',
  'b',
  'f',
  'g',
  'x',
  'y',
  'Net',
  'A',
  'B',
  'n',
  'low',
  'normal',
  'width',
  'H',
  'W',
  'C',
  'int',
  'float',
  'tensor',
  'image',
  'adam',
  'rate',
  'flip',
];
const libraryNames = [...standardLibrary.values()].flatMap((text) =>
  [...text.matchAll(/(?:block|function|namespace) (\w+)/g)].map(([, name]) => name ?? ''),
);
const operators = [
  'relu',
  'conv2d',
  'add',
  'concat',
  'reshape',
  'clip',
  'shape',
  'length',
  'total',
  'min',
  'max',
  'floor',
  'zeros',
  'ones',
  'kaiming_uniform',
  'stop',
];
const numbers = ['0', '1', '2', '3', '4', '8', '64', '0.5', '1e-3', '1.5e3', '10000', '1000000000', '9007199254740991', '1e308'];
const texts = ['"std/blocks"', '"std/losses"', '"same"', '"valid"', '"./other.mfn"', '""', '"a\\n\\"b\\""', '"v"', '"main.mfn"'];
const infixes = [...t.symbols].flatMap(([text, type]) => (type.CATEGORIES?.includes(t.InfixOperator) ? [text] : [])).concat('and', 'or');

/** Least number of rules within one another that each rule needs, so that a generator that is to end can take the shortest way. */
const heights = heightsOfRules();

function heightsOfRules(): Map<string, number> {
  const found = new Map<string, number>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const rule of Object.values(rules)) {
      const height = 1 + Math.max(0, ...rule.definition.map((part) => heightOf(part, found)));
      if (!found.has(rule.name) && Number.isFinite(height)) found.set(rule.name, height);
    }
  }
  return found;
}

function heightOf(part: IProduction, known: ReadonlyMap<string, number>): number {
  if (part instanceof NonTerminal) return known.get(part.nonTerminalName) ?? Number.POSITIVE_INFINITY;
  if (part instanceof Terminal || part instanceof Option || part instanceof Repetition || part instanceof RepetitionWithSeparator) return 0;
  const inner = (part as Container).definition.map((child) => heightOf(child, known));
  return part instanceof Alternation ? Math.min(...inner) : Math.max(0, ...inner);
}

/** Writes texts that follow the parser's own productions, so that a new construct of the language is generated without a word here. */
export class GrammarWalk {
  private readonly words: string[] = [];

  /** @param size words after which only the shortest way to the end is taken */
  constructor(
    private readonly random: Random,
    private readonly size: number,
  ) {}

  /** A text that the rule derives. */
  text(rule: string): string {
    this.rule(rule, 0);
    return this.words.join('');
  }

  private rule(name: string, depth: number): void {
    const rule = rules[name];
    if (rule) this.all(rule, depth + 1);
  }

  private all(container: Container | Rule, depth: number): void {
    for (const part of container.definition) this.part(part, depth);
  }

  private isShort(depth: number): boolean {
    return this.words.length > this.size || depth > 40;
  }

  private part(part: IProduction, depth: number): void {
    if (part instanceof Terminal) this.terminal(part.terminalType);
    else if (part instanceof NonTerminal) this.rule(part.nonTerminalName, depth);
    else if (part instanceof Alternation) this.all(this.alternative(part, depth), depth);
    else if (part instanceof Option) this.times(part, this.random.once(3) ? 1 : 0, depth);
    else if (part instanceof Repetition || part instanceof RepetitionWithSeparator) this.times(part, this.count(part, depth), depth);
    else if (part instanceof RepetitionMandatory || part instanceof RepetitionMandatoryWithSeparator)
      this.times(part, 1 + this.random.below(2), depth);
    else this.all(part as Container, depth);
  }

  private alternative(part: Alternation, depth: number): Container {
    const alternatives = part.definition as unknown as Container[];
    const chosen = this.random.one(alternatives);
    if (!this.isShort(depth) && Number.isFinite(heightOf(chosen, heights))) return chosen;
    return alternatives.reduce((least, other) => (heightOf(other, heights) < heightOf(least, heights) ? other : least));
  }

  /** Bodies have several statements; operators, suffixes and list elements are mostly few. */
  private count(part: Repetition | RepetitionWithSeparator, depth: number): number {
    if (this.isShort(depth)) return 0;
    const holdsItems = part.definition.some(
      (child) => child instanceof NonTerminal && /declaration|tatement|Item|edit/.test(child.nonTerminalName),
    );
    if (holdsItems) return 1 + this.random.below(4);
    return this.random.once(2) ? 0 : 1 + this.random.below(2);
  }

  private times(part: Container, count: number, depth: number): void {
    if (this.isShort(depth) && !(part instanceof RepetitionMandatory || part instanceof RepetitionMandatoryWithSeparator)) return;
    for (let i = 0; i < count; i++) {
      if (i > 0 && (part instanceof RepetitionWithSeparator || part instanceof RepetitionMandatoryWithSeparator))
        this.terminal(part.separator);
      this.all(part, depth);
    }
  }

  private terminal(type: TokenType): void {
    const { random } = this;
    const startsLine = type === t.Let || type === t.Return || type === t.In || type === t.Out || type === t.Weight;
    this.words.push(startsLine || random.once(12) ? '\n' : ' ', this.image(type));
  }

  private image(type: TokenType): string {
    const { random } = this;
    if (type === t.Identifier) return random.once(3) ? random.one(random.once(2) ? libraryNames : operators) : random.one(names);
    if (type === t.NumberLiteral) return random.one(numbers);
    if (type === t.StringLiteral) return random.one(texts);
    if (type === t.InfixOperator) return random.one(infixes);
    if (type === t.PrefixOperator) return random.one(['-', 'not']);
    if (type === t.Missing) return '1';
    for (const table of [t.symbols, t.reservedWords, t.contextualWords]) for (const [text, other] of table) if (other === type) return text;
    return type.name;
  }
}
