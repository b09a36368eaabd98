import fc, { type Arbitrary } from 'fast-check';

/** Tokens of a source, in their order. */
export type Tokens = readonly string[];

/** Stands before a token that has to be on the line of the one before it, as the parser takes it for the start of a statement otherwise. */
const glue = '\u2060';

/** Words of the language that are names outside their places are among the names. */
const names = ['a', 'b', 'width', 'x', 'y', 'f', 'conv', 'relu', 'in', 'out', 'data', 'step', 'over', 'epochs', 'a_long_name_of_a_layer'];
/** What is assigned to; after a type, `in[1] = ...` would be the range of its values. (And `log` is no name above: `= log` and `a = 1` behind it would log `a`.) */
const targets = [...names.filter((name) => name !== 'in'), 'log'];
const numbers = ['1', '0', '2', '64', '0.5', '5e-4', '1E3', '12.25', '1000000'];
const strings = ['"same"', '""', '"a \\"b\\"\\n"', '"std/blocks"', '"// no comment"'];
const infixes = ['+', '-', '*', '/', '%', '^', '..', '..<', 'and', 'or'];
const comparisons = ['==', '!=', '<', '<=', '>', '>='];
/** Most decisions that make the expression of a statement. */
const longestValue = 40;
/** Most constructs around one another, far below the limits of the parser. */
const deepest = 12;

/**
 * Makes programs of a list of numbers, each of which decides one thing; where they are used up, the smallest thing is taken. So the length of the
 * list bounds the size of the program, and a shorter list or smaller numbers give a simpler one.
 */
class ProgramBuilder {
  private next = 0;
  /** Where the decisions for what is being made end. */
  private end: number;
  private depth = 0;

  constructor(private readonly decisions: readonly number[]) {
    this.end = decisions.length;
  }

  private choose(alternatives: number): number {
    return this.next < this.end ? (this.decisions[this.next++] ?? 0) % alternatives : 0;
  }

  private one<T>(of: readonly T[]): T {
    return of[this.choose(of.length)] as T;
  }

  /** Runs the alternative chosen, the first one where the nesting is deep. */
  private either(...alternatives: readonly (() => Tokens)[]): Tokens {
    if (this.depth >= deepest) return alternatives[0]?.() ?? [];
    this.depth++;
    const tokens = this.one(alternatives)();
    this.depth--;
    return tokens;
  }

  private several(most: number, part: () => Tokens, least = 0): Tokens[] {
    return Array.from({ length: least + this.choose(most - least + 1) }, part);
  }

  private optional(part: () => Tokens): Tokens {
    return this.choose(3) === 1 ? part() : [];
  }

  /** Parts with commas between them and, at times, one at the end. */
  private listed(most: number, part: () => Tokens, { least = 0, mayTrail = true } = {}): Tokens {
    const parts = this.several(most, part, least);
    const trails = mayTrail && this.choose(4) === 1;
    return parts.flatMap((tokens, i) => (i < parts.length - 1 || trails ? [...tokens, ','] : tokens));
  }

  private readonly name = (): Tokens => [this.one(names)];

  readonly expression = (): Tokens =>
    this.either(this.operation, this.operation, this.operation, this.pipe, () => [
      ...['if', ...this.expression(), 'then', ...this.expression()],
      ...['else', ...this.expression()],
    ]);

  /** A row of operators; of comparisons at most one, as they do not chain. */
  private readonly operation = (): Tokens =>
    this.either(
      this.operand,
      this.operand,
      () => [...this.operand(), ...this.several(4, () => [this.one(infixes), ...this.operand()], 1).flat()],
      () => [...this.operand(), this.one(comparisons), ...this.operand()],
    );

  private readonly operand = (): Tokens => [...this.one([[], [], [], [], ['-'], ['not']]), ...this.postfix()];

  private readonly postfix = (): Tokens =>
    this.either(
      this.atom,
      this.atom,
      () => [...this.postfix(), '(', ...this.listed(4, this.argument), ')'],
      () => [this.one(names), '[', ...this.listed(2, this.expression, { least: 1 }), ']'],
      () => [this.one(names), '.', this.one(names)],
    );

  private readonly argument = (): Tokens => [...this.optional(() => [this.one(names), ':']), ...this.expression()];

  private readonly atom = (): Tokens =>
    this.either(
      this.name,
      () => [this.one(numbers)],
      () => [this.one([...strings, 'true', 'false'])],
      () => ['(', ...this.expression(), ')'],
      () => ['[', ...this.listed(6, this.element), ']'],
    );

  private readonly element = (): Tokens =>
    this.either(this.expression, this.expression, () => ['for', this.one(names), 'in', ...this.expression(), ':', ...this.element()]);

  private readonly pipe = (): Tokens => [...this.operation(), ...this.several(4, () => ['|>', ...this.stage()], 1).flat()];

  private readonly stage = (): Tokens =>
    this.either(
      () => [...this.postfix(), ...this.label()],
      () => [...this.postfix(), ...this.label()],
      () => [
        ...['repeat', '(', ...this.expression(), ')', ...this.label(), '{'],
        ...[...this.stage(), ...this.several(2, () => ['|>', ...this.stage()]).flat(), '}'],
      ],
    );

  private readonly label = (): Tokens => this.optional(() => ['as', this.one(names)]);

  /** The expression of a statement: of few decisions, so that some are left for what follows. */
  private readonly value = (): Tokens => {
    const outer = this.end;
    this.end = Math.min(outer, this.next + this.choose(longestValue));
    const tokens = this.expression();
    this.end = outer;
    return tokens;
  };

  // ---- Statements ------------------------------------------------------------------------------------------------------

  private readonly type = (): Tokens => [
    ...this.one([() => [this.one(['int', 'float', 'image', 'tensor'])], this.dimensions])(),
    ...this.optional(() => ['[', ']']),
    ...this.optional(() => [glue, 'in', '[', ...this.value(), ',', ...this.value(), ']']),
  ];

  private readonly dimensions = (): Tokens => ['[', ...this.listed(4, this.value), ']'];

  private readonly parameters = (): Tokens => ['(', ...this.listed(4, this.parameter), ')'];

  private readonly parameter = (): Tokens => [
    ...[this.one(names), ':', glue, ...this.type()],
    ...this.optional(() => ['=', ...this.value()]),
  ];

  private readonly let = (): Tokens => ['let', this.one(names), '=', ...this.value()];

  private readonly assign = (): Tokens => [
    this.one(targets),
    ...this.optional(() => ['[', ...this.listed(2, this.value, { least: 1, mayTrail: false }), ']']),
    ...['=', ...this.value()],
  ];

  private loop(body: () => Tokens): Tokens {
    return ['for', this.one(names), 'in', ...this.value(), '{', ...this.several(3, body).flat(), '}'];
  }

  private readonly statement = (): Tokens =>
    this.either(
      this.assign,
      this.assign,
      this.let,
      () => [this.one(['in', 'out']), this.one(names), ':', ...this.type()],
      () => [this.one(['weight', 'statistic']), this.one(names), ':', ...this.dimensions(), '=', ...this.value()],
      () => ['update', this.one(names), '=', ...this.value()],
      () => this.loop(this.statement),
    );

  private readonly names = (): Tokens => this.listed(3, this.name, { least: 1, mayTrail: false });

  private readonly optimizer = (): Tokens => [
    ...[this.one(['adam', 'gradients', 'ema', 'sgd']), '{'],
    ...this.optional(() => [this.one(['rate', 'decay', 'clip_norm']), '=', ...this.value()]),
    ...[...this.optional(() => [this.one(['beta1', 'log_norm']), '=', ...this.value()]), '}'],
  ];

  private readonly data = (): Tokens => {
    const stream = (): Tokens => [this.one(['pair', 'unpaired']), '(', ...this.listed(2, this.name, { least: 1 }), ')'];
    const settings = [
      this.optional(() => ['patch', ...this.value(), 'x', ...this.value()]),
      this.optional(() => ['batch', ...this.value()]),
      this.optional(() => ['augment', ...this.names()]),
    ];
    const items = [...this.several(2, stream), ...settings];
    const first = this.choose(items.length);
    return ['data', '{', ...[...items.slice(first), ...items.slice(0, first)].flat(), '}'];
  };

  private readonly stageStatement = (): Tokens =>
    this.either(
      this.assign,
      this.let,
      () => this.loop(this.assign),
      () => ['frozen', ...this.names()],
      this.optimizer,
      () => ['minimize', this.one(names), 'over', ...this.names(), '=', ...this.value()],
      () => ['log', this.one(names), '=', ...this.value()],
    );

  private readonly trainingItem = (): Tokens =>
    this.either(this.let, this.data, this.optimizer, () => [
      ...['stage', this.one(names), 'for', ...this.value(), this.one(['epochs', 'steps'])],
      ...['{', ...this.several(4, this.stageStatement).flat(), '}'],
    ]);

  // ---- Variants --------------------------------------------------------------------------------------------------------

  private readonly path = (): Tokens => {
    const step = (): Tokens => [this.one(names), ...this.optional(() => ['[', ...this.listed(2, this.value, { least: 1 }), ']'])];
    return [...step(), ...this.several(2, () => ['.', ...step()]).flat()];
  };

  private readonly insertion = (): Tokens =>
    this.either(
      () => ['{', ...this.several(2, this.statement).flat(), '}'],
      () => ['{', ...this.several(2, this.trainingItem).flat(), '}'],
      () => ['{', ...this.several(2, this.stageStatement).flat(), '}'],
      () => ['{', ...this.several(3, () => ['|>', ...this.stage()], 1).flat(), '}'],
      () => ['{', ...this.listed(3, this.parameter, { least: 1 }), '}'],
      // Of a number, as a name may start a statement, and a comprehension a loop.
      () => ['{', this.one(numbers), ...this.several(3, () => [',', ...this.element()]).flat(), '}'],
    );

  private readonly edit = (): Tokens =>
    this.either(
      () => ['set', ...this.path(), '=', ...this.value()],
      () => ['remove', ...this.path()],
      () => ['rename', ...this.path(), 'to', this.one(names)],
      () => ['insert', this.one(['before', 'after']), ...this.path(), ...this.insertion()],
      () => ['replace', ...this.path(), 'by', ...this.insertion()],
      () => ['replace', ...this.path(), 'by', ...this.value()],
      () => ['replace', 'block', this.one(names), 'by', ...this.value()],
    );

  // ---- Declarations ----------------------------------------------------------------------------------------------------

  private readonly function = (): Tokens => [
    ...['function', this.one(names), ...this.parameters()],
    ...this.one([() => ['=', ...this.value()], () => ['{', ...this.several(3, this.let).flat(), 'return', ...this.value(), '}']])(),
  ];

  readonly declaration = (): Tokens =>
    this.one([
      this.let,
      () => [...['import', '{', ...this.listed(4, () => [this.one(names), ...this.label()]), '}'], ...['from', this.one(strings)]],
      this.function,
      () => ['namespace', this.one(names), '{', ...this.several(3, this.function).flat(), '}'],
      () => [
        ...[this.one(['block', 'model']), this.one(names), ...this.optional(this.parameters)],
        ...['{', ...this.several(6, this.statement).flat(), '}'],
      ],
      () => ['training', 'of', this.one(names), '{', ...this.several(4, this.trainingItem).flat(), '}'],
      () => ['variant', this.one(strings), 'of', this.one(strings), '{', ...this.several(5, this.edit).flat(), '}'],
    ])();

  readonly program = (): Tokens => ['mfn', '1', ...this.several(4, this.declaration, 1).flat()];
}

/** @param size most decisions that make one: about twice as many tokens. */
function arbitrary(part: (builder: ProgramBuilder) => Tokens, size: number): Arbitrary<Tokens> {
  const decisions = fc.noBias(fc.array(fc.nat(0xffff), { maxLength: size, size: 'max' }));
  return decisions.map((list) => part(new ProgramBuilder(list)));
}

/** Any expression; its names mean nothing. */
export function arbitraryExpression(size = 60): Arbitrary<Tokens> {
  return arbitrary((builder) => builder.expression(), size);
}

/** A whole file that parses without an error: every construct of the language, in all sizes and nestings. What its names stand for, nobody has said. */
export function arbitraryProgram(size = 300): Arbitrary<Tokens> {
  return arbitrary((builder) => builder.program(), size);
}

const spaces = [' ', '\n', '  ', '\t', '\n    ', '\r\n', '\n\n\n', ' ', ' ', ' ', ' ', ' '];
const comments = [
  ' // behind\n',
  '\n// above\n',
  '\n\n  //  far above \n\n',
  ' /// behind\n',
  '\n/// documentation\n',
  '\n//\n',
  ' //// "quotes\r\n',
];

/** A text of these tokens with any white space between them and, behind one token in `commentEvery` (0: none), a comment. */
export function laidOut(tokens: Tokens, { commentEvery = 16 } = {}): Arbitrary<string> {
  const gap = fc.nat(0xffff).map((n): string => {
    const isComment = commentEvery > 0 && n % commentEvery === commentEvery - 1;
    const gaps = isComment ? comments : spaces;
    return gaps[Math.floor(n / Math.max(1, commentEvery)) % gaps.length] ?? ' ';
  });
  return fc.array(gap, { minLength: tokens.length, maxLength: tokens.length, size: 'max' }).map((gaps) => {
    let text = '';
    for (const [i, token] of tokens.entries()) {
      if (token !== glue) text += tokens[i - 1] === glue ? ` ${token}` : `${gaps[i]}${token}`;
    }
    return text;
  });
}

/** The text of a program, laid out in any way. */
export function arbitrarySource(size = 300): Arbitrary<string> {
  return arbitraryProgram(size).chain((tokens) => laidOut(tokens));
}
