import { createToken, Lexer, type TokenType } from 'chevrotain';

// The scanner makes the tokens itself, so none of them has a pattern; `label` is what messages call them.
function token(name: string, label: string, categories: TokenType[] = []): TokenType {
  return createToken({ name, label, pattern: Lexer.NA, categories });
}

export const Identifier = token('Identifier', 'a name');
export const NumberLiteral = token('NumberLiteral', 'a number');
export const StringLiteral = token('StringLiteral', 'a string');
/** Stands where an operand is missing; put in by the layout repair, which has reported it. */
export const Missing = token('Missing', 'an expression');

export const LeftParenthesis = token('LeftParenthesis', '`(`');
export const RightParenthesis = token('RightParenthesis', '`)`');
export const LeftBracket = token('LeftBracket', '`[`');
export const RightBracket = token('RightBracket', '`]`');
export const LeftBrace = token('LeftBrace', '`{`');
export const RightBrace = token('RightBrace', '`}`');
export const Comma = token('Comma', '`,`');
export const Colon = token('Colon', '`:`');
export const Point = token('Point', '`.`');
export const Assign = token('Assign', '`=`');
export const PipeArrow = token('PipeArrow', '`|>`');

export const InfixOperator = token('InfixOperator', 'an operator');
export const PrefixOperator = token('PrefixOperator', 'an expression');
/** `..` and `..<`. */
export const RangeOperator = token('RangeOperator', '`..`', [InfixOperator]);
export const Minus = token('Minus', '`-`', [InfixOperator, PrefixOperator]);
export const Arithmetic = token('Arithmetic', 'an operator', [InfixOperator]);
export const Comparison = token('Comparison', 'an operator', [InfixOperator]);
export const And = token('And', '`and`', [InfixOperator]);
export const Or = token('Or', '`or`', [InfixOperator]);
export const Not = token('Not', '`not`', [PrefixOperator]);

// Reserved words: they start or join expressions, so they cannot be names.
export const If = token('If', '`if`');
export const Then = token('Then', '`then`');
export const Else = token('Else', '`else`');
export const True = token('True', '`true`');
export const False = token('False', '`false`');
export const For = token('For', '`for`');
export const Let = token('Let', '`let`');
export const Return = token('Return', '`return`');
export const As = token('As', '`as`');
export const Repeat = token('Repeat', '`repeat`');

// Contextual words: their place tells them from names, so they are names everywhere else.
const word = (text: string): TokenType => token(`${text[0]?.toUpperCase()}${text.slice(1)}`, `\`${text}\``, [Identifier]);
export const Mfn = word('mfn');
export const Import = word('import');
export const From = word('from');
export const Block = word('block');
export const FunctionKeyword = word('function');
export const Namespace = word('namespace');
export const Model = word('model');
export const Training = word('training');
export const Variant = word('variant');
export const Of = word('of');
export const In = word('in');
export const Out = word('out');
export const Weight = word('weight');
export const Statistic = word('statistic');
export const Update = word('update');
export const Data = word('data');
export const Pair = word('pair');
export const Unpaired = word('unpaired');
export const Patch = word('patch');
export const Batch = word('batch');
export const Augment = word('augment');
export const Stage = word('stage');
export const Frozen = word('frozen');
export const Minimize = word('minimize');
export const Over = word('over');
export const Log = word('log');
export const Times = word('x');
export const Epochs = word('epochs');
export const Steps = word('steps');
export const SetKeyword = word('set');
export const Replace = word('replace');
export const By = word('by');
export const Remove = word('remove');
export const Insert = word('insert');
export const Before = word('before');
export const After = word('after');
export const Rename = word('rename');
export const To = word('to');

/** Token types of punctuation and operators by their text. */
export const symbols: ReadonlyMap<string, TokenType> = new Map([
  ['(', LeftParenthesis],
  [')', RightParenthesis],
  ['[', LeftBracket],
  [']', RightBracket],
  ['{', LeftBrace],
  ['}', RightBrace],
  [',', Comma],
  [':', Colon],
  ['.', Point],
  ['=', Assign],
  ['|>', PipeArrow],
  ['..', RangeOperator],
  ['..<', RangeOperator],
  ['-', Minus],
  ...['+', '*', '/', '%', '^'].map((text): [string, TokenType] => [text, Arithmetic]),
  ...['==', '!=', '<', '<=', '>', '>='].map((text): [string, TokenType] => [text, Comparison]),
]);

export const reservedWords: ReadonlyMap<string, TokenType> = new Map([
  ['if', If],
  ['then', Then],
  ['else', Else],
  ['true', True],
  ['false', False],
  ['and', And],
  ['or', Or],
  ['not', Not],
  ['for', For],
  ['let', Let],
  ['return', Return],
  ['as', As],
  ['repeat', Repeat],
]);

export const contextualWords: ReadonlyMap<string, TokenType> = new Map(
  [
    Mfn,
    Import,
    From,
    Block,
    FunctionKeyword,
    Namespace,
    Model,
    Training,
    Variant,
    Of,
    In,
    Out,
    Weight,
    Statistic,
    Update,
    Data,
    Pair,
    Unpaired,
    Patch,
    Batch,
    Augment,
    Stage,
    Frozen,
    Minimize,
    Over,
    Log,
    Times,
    Epochs,
    Steps,
    SetKeyword,
    Replace,
    By,
    Remove,
    Insert,
    Before,
    After,
    Rename,
    To,
  ].map((type) => [type.name.toLowerCase(), type]),
);

/** Words that start a declaration. */
export const declarationWords: readonly string[] = ['import', 'block', 'function', 'namespace', 'model', 'training', 'variant', 'let'];

/** Everything the parser has to know; categories first. */
export const vocabulary: TokenType[] = [
  ...new Set([
    Identifier,
    NumberLiteral,
    StringLiteral,
    Missing,
    InfixOperator,
    PrefixOperator,
    ...symbols.values(),
    ...reservedWords.values(),
    ...contextualWords.values(),
  ]),
];
