import { EOF, type IToken, type TokenType, tokenMatcher } from 'chevrotain';
import { type Diagnostic, didYouMean, replacement, report, type Span } from '../diagnostics/index.js';
import * as t from './tokens.js';

/** What is known where the grammar could not go on. */
export interface Failure {
  readonly file: string;
  /** What the grammar wanted: '`=`', 'a name', 'an expression', 'a statement'. */
  readonly expected: string;
  readonly previous: IToken;
  readonly found: IToken;
  readonly following: IToken;
  readonly startsLine: (token: IToken) => boolean;
}

/** What the grammar calls the items of a body; whether a name with `=` is one; and the words they start with, for "did you mean". */
const bodies: ReadonlyMap<string, { readonly hasAssignments: boolean; readonly words: readonly string[] }> = new Map([
  ['a statement', { hasAssignments: true, words: ['in', 'out', 'weight', 'statistic', 'update', 'let', 'for'] }],
  ['a statement of a stage', { hasAssignments: true, words: ['let', 'for', 'frozen', 'minimize', 'log', 'adam'] }],
  ['`data`, an optimiser, `let` or `stage`', { hasAssignments: false, words: ['data', 'adam', 'let', 'stage'] }],
  [
    '`pair`, `unpaired`, `patch`, `batch` or `augment`',
    { hasAssignments: false, words: ['pair', 'unpaired', 'patch', 'batch', 'augment'] },
  ],
  ['a setting', { hasAssignments: true, words: [] }],
  ['`let` or `return`', { hasAssignments: false, words: ['let', 'return'] }],
  ['an edit', { hasAssignments: false, words: ['set', 'replace', 'remove', 'insert', 'rename'] }],
  [
    'a statement to insert',
    {
      hasAssignments: true,
      words: [
        'in',
        'out',
        'weight',
        'statistic',
        'update',
        'let',
        'for',
        'frozen',
        'minimize',
        'log',
        'adam',
        'data',
        'stage',
        'pair',
        'unpaired',
      ],
    },
  ],
  ['`function`', { hasAssignments: false, words: ['function'] }],
]);

/** Words of other languages, with what stands for them here. */
const foreignWords: Readonly<Record<string, string>> = {
  input: 'in',
  output: 'out',
  param: 'weight',
  var: 'let',
  const: 'let',
  optimizer: 'adam',
};

/** Words of statements behind which a new name stands. */
const wantName: ReadonlySet<TokenType> = new Set([t.In, t.Out, t.Weight, t.Statistic, t.Update, t.Minimize, t.Log]);
/** Words of the statements that only stages have. */
const ofStages: ReadonlySet<TokenType> = new Set([t.Minimize, t.Log, t.Frozen]);

export function spanAt(file: string, token: IToken): Span {
  return { file, start: token.startOffset, end: (token.endOffset ?? token.startOffset - 1) + 1 };
}

/** How a message calls a token. */
export function describeToken(token: IToken): string {
  if (token.tokenType === EOF) return 'the end of the file';
  return `\`${token.image.length > 30 ? `${token.image.slice(0, 30)}…` : token.image}\``;
}

/** Turns a failure into a diagnostic: at the token found, or behind the previous one where something is missing at the end of a line. */
export function describeFailure(failure: Failure): Diagnostic {
  const { expected, found, following } = failure;
  if (bodies.has(expected) && tokenMatcher(found, t.Identifier)) return describeUnknownStatement(failure);
  if (expected === 'a name' && t.reservedWords.has(found.image)) {
    return report.reservedWord({ span: spanAt(failure.file, found), word: found.image });
  }
  if (expected === '`else`') return report.missingElse({ span: placeOfMissing(failure) });
  const power = failure.previous.image === '*' && found.image === '*' ? spanOfBoth(failure) : undefined;
  if (power) {
    return report.unexpectedToken({
      span: power,
      expected,
      found: '`**`',
      hint: 'a power is written `x ^ 2`',
      fix: replacement(power, '^'),
    });
  }
  const isComparisonAsAssignment = found.image === '=' && (expected.includes('operator') || expected === '`then`');
  const hint = isComparisonAsAssignment ? '`==` compares' : undefined;
  const [word, ...others] = tokenMatcher(found, t.Identifier) ? didYouMean(found.image, wordsIn(expected)) : [];
  if (word !== undefined && others.length === 0) {
    const span = spanAt(failure.file, found);
    const misspelt = { hint: `did you mean \`${word}\`?`, fix: replacement(span, word) };
    return report.unexpectedToken({ span, expected, found: describeToken(found), ...misspelt });
  }
  const isMissingAtEnd = found.tokenType === EOF || (failure.startsLine(found) && following !== found);
  return report.unexpectedToken({
    span: isMissingAtEnd ? placeOfMissing(failure) : spanAt(failure.file, found),
    expected,
    found: isMissingAtEnd && found.tokenType !== EOF ? 'the end of the line' : describeToken(found),
    hint,
    fix: isComparisonAsAssignment ? replacement(spanAt(failure.file, found), '==') : undefined,
  });
}

/** Two signs that stand side by side. */
function spanOfBoth({ file, previous, found }: Failure): Span | undefined {
  return previous.endOffset === found.startOffset - 1 ? { ...spanAt(file, found), start: previous.startOffset } : undefined;
}

/** The words that are wanted: `epochs` and `steps` of '`epochs` or `steps`'. */
const wordsIn = (expected: string): string[] => [...expected.matchAll(/`(\w+)`/g)].flatMap(([, word]) => word ?? []);

function closesSomething(token: IToken): boolean {
  return token.tokenType === t.RightBrace || token.tokenType === t.RightBracket || token.tokenType === t.RightParenthesis;
}

/** The point behind the previous token; the start of the file where there is none. */
function placeOfMissing({ file, previous, found }: Failure): Span {
  if (previous.endOffset === undefined || Number.isNaN(previous.endOffset)) return spanAt(file, found);
  return { file, start: previous.endOffset + 1, end: previous.endOffset + 1 };
}

/** A word where an item should start: a misspelt keyword, or a name that is not followed by `=`. */
function describeUnknownStatement(failure: Failure): Diagnostic {
  const { file, expected, found, following } = failure;
  if (wantName.has(found.tokenType) && t.reservedWords.has(following.image))
    return report.reservedWord({ span: spanAt(file, following), word: following.image });
  if (expected === 'a statement' && ofStages.has(found.tokenType) && tokenMatcher(following, t.Identifier)) {
    const hint = 'it stands in a stage, and in no loop';
    return report.statementNotAllowed({
      span: spanAt(file, found),
      what: `\`${found.image}\``,
      where: 'a block, a model or a `for`',
      hint,
    });
  }
  const body = bodies.get(expected);
  const foreign = foreignWords[found.image];
  const [nearest] = foreign && body?.words.includes(foreign) ? [foreign] : didYouMean(found.image, body?.words ?? [], 1);
  const isMisspelt = nearest !== undefined && following.tokenType !== t.Assign;
  if (isMisspelt || !body?.hasAssignments) {
    const span = spanAt(file, found);
    const misspelt = isMisspelt ? { hint: `did you mean \`${nearest}\`?`, fix: replacement(span, nearest) } : {};
    return report.unexpectedToken({ span, expected, found: describeToken(found), ...misspelt });
  }
  const missing = { ...failure, previous: found, found: following };
  const endsHere = following.tokenType === EOF || failure.startsLine(following) || closesSomething(following);
  return report.unexpectedToken({
    span: endsHere ? placeOfMissing(missing) : spanAt(file, following),
    expected: `\`=\` after \`${found.image}\``,
    found: endsHere ? 'the end of the statement' : describeToken(following),
    hint: 'a statement gives a name to a value, `y = x |> conv(64, 3)`',
  });
}
