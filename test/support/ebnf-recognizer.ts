/** A word of a source as a grammar sees it. */
export interface Word {
  readonly text: string;
  readonly kind: 'name' | 'number' | 'string' | 'reserved' | 'symbol';
}

/** Where the matches of an expression that starts at a position may end. */
type Matcher = (words: readonly Word[], start: number, memo: Map<string, ReadonlySet<number>>) => ReadonlySet<number>;

/** Rules that say what the scanner does. */
const ofScanner: ReadonlySet<string> = new Set(['name', 'number', 'string', 'documentation', 'comment', 'space']);

const token = /'[^']*'|[A-Za-z]\w*|[()?*+|]/g;

/**
 * A recogniser for the rules of a grammar in the notation of the XML recommendation, with `name`, `number` and `string` for the words of a scanner. It
 * follows all alternatives at once; the grammar must not be left recursive.
 */
export class EbnfRecognizer {
  private readonly rules = new Map<string, Matcher>();

  constructor(grammar: string) {
    const plain = grammar.replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, name, body] of plain.matchAll(/^(\w+)\s*::=\s*([\s\S]*?)(?=^\w+\s*::=|$(?![\s\S]))/gm)) {
      if (name && body !== undefined && !ofScanner.has(name)) this.rules.set(name, new Reader(this, body).read());
    }
  }

  get names(): string[] {
    return [...this.rules.keys()];
  }

  /** Whether the rule makes all of these words. */
  accepts(rule: string, words: readonly Word[]): boolean {
    return this.match(rule, words, 0, new Map()).has(words.length);
  }

  match(rule: string, words: readonly Word[], start: number, memo: Map<string, ReadonlySet<number>>): ReadonlySet<number> {
    const key = `${rule} ${start}`;
    const known = memo.get(key);
    if (known) return known;
    const matcher = this.rules.get(rule);
    if (!matcher) throw new Error(`the grammar has no rule ${rule}`);
    const ends = matcher(words, start, memo);
    memo.set(key, ends);
    return ends;
  }
}

/** Reads one right-hand side. */
class Reader {
  private readonly tokens: string[];
  private next = 0;

  constructor(
    private readonly grammar: EbnfRecognizer,
    body: string,
  ) {
    this.tokens = body.match(token) ?? [];
  }

  read(): Matcher {
    const matcher = this.choice();
    if (this.next < this.tokens.length) throw new Error(`unexpected ${this.tokens[this.next]}`);
    return matcher;
  }

  private choice(): Matcher {
    const alternatives = [this.sequence()];
    while (this.tokens[this.next] === '|') {
      this.next++;
      alternatives.push(this.sequence());
    }
    return (words, start, memo) => new Set(alternatives.flatMap((alternative) => [...alternative(words, start, memo)]));
  }

  private sequence(): Matcher {
    const parts: Matcher[] = [];
    for (let text = this.tokens[this.next]; text !== undefined && text !== '|' && text !== ')'; text = this.tokens[this.next])
      parts.push(this.item());
    return (words, start, memo) => {
      let ends: ReadonlySet<number> = new Set([start]);
      for (const part of parts) ends = new Set([...ends].flatMap((end) => [...part(words, end, memo)]));
      return ends;
    };
  }

  private item(): Matcher {
    const part = this.primary();
    const mark = this.tokens[this.next];
    if (mark !== '?' && mark !== '*' && mark !== '+') return part;
    this.next++;
    if (mark === '?') return (words, start, memo) => new Set([start, ...part(words, start, memo)]);
    return (words, start, memo) => {
      const ends = new Set<number>(mark === '*' ? [start] : part(words, start, memo));
      for (const end of ends) for (const further of part(words, end, memo)) ends.add(further);
      return ends;
    };
  }

  private primary(): Matcher {
    const text = this.tokens[this.next++] ?? '';
    if (text === '(') {
      const inner = this.choice();
      if (this.tokens[this.next++] !== ')') throw new Error('a parenthesis is not closed');
      return inner;
    }
    if (text.startsWith("'")) {
      const wanted = text.slice(1, -1);
      return (words, start) => new Set(words[start]?.text === wanted ? [start + 1] : []);
    }
    if (text === 'name' || text === 'number' || text === 'string')
      return (words, start) => new Set(words[start]?.kind === text ? [start + 1] : []);
    return (words, start, memo) => this.grammar.match(text, words, start, memo);
  }
}
