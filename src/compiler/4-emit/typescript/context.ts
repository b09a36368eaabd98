import type { PipeStage } from '../../1-parse/ast.js';
import type { Span } from '../../diagnostics/index.js';
import type { FileDraft } from './file-draft.js';
import { Identifiers } from './identifiers.js';
import { Names } from './names.js';
import type { InstancePaths } from './paths.js';
import type { Translation } from './translation.js';
import { type Type, typeText, unknown } from './types.js';

/** An expression of the generated code. Texts that are no operand by themselves stand in parentheses; the formatter drops those that are not needed. */
export interface Code {
  readonly text: string;
  readonly type: Type;
  /** Whether TypeScript itself knows no more than that it is some tensor, as of most methods of tensors. */
  readonly isLoose?: boolean;
  /** The text with the type given to the method that makes the tensor: `a.add<tf.Tensor4D>(b).sqrt()`. */
  readonly typed?: (type: string) => string;
  /** Whether TypeScript cannot take the type from where the expression stands, so that it has to be given. */
  readonly needsType?: boolean;
}

/** Lines of a body; what depends on later lines is a function. */
export type Line = string | (() => string);

/** Where an expression is written. */
export interface Context {
  readonly translation: Translation;
  readonly file: FileDraft;
  readonly names: Names;
  /** Receives statements that have to come before the expression. */
  readonly lines: Line[];
  /** TypeScript for the scope that holds the weights. */
  readonly scope: ValueLike | undefined;
  /** Paths of the instances that the statement makes. */
  readonly paths: InstancePaths | undefined;
  /** Counters of the loops that `repeat`s have become. */
  readonly turns: ReadonlyMap<PipeStage, string>;
  /** The index, from 0, and the number of elements of the comprehension around. */
  readonly comprehension: { readonly index: () => string; readonly count: string } | undefined;
  /** Name for the variable of a chain of layers, where the statement has one to give. */
  readonly chainName?: { readonly wanted: string; taken?: string } | undefined;
  /** Whether no gradient flows to the expression. */
  readonly isGradientStopped?: boolean;
  /** Names the body, for what is remembered of it from round to round. */
  readonly owner: string;
}

interface ValueLike {
  readonly text: string;
  isUsed: boolean;
}

/** The same place within braces of its own. */
export function nested(context: Context, lines: Line[] = []): Context {
  return { ...context, lines, names: new Names(new Identifiers(context.names.identifiers), context.names) };
}

export const render = (lines: readonly Line[]): string => lines.map((line) => (typeof line === 'string' ? line : line())).join('\n');

/** Reports a construct that has no translation and gives what stands in for it. */
export function untranslatable(context: Context, span: Span, what: string, hint?: string): Code {
  context.translation.fail(span, what, hint);
  return { text: 'undefined', type: unknown };
}

/** The text of an expression that stands where its type is said, as an argument or a result. */
export const finalText = ({ text, type, typed, needsType }: Code): string =>
  needsType && typed && typeText(type) !== 'tf.Tensor' ? typed(typeText(type)) : text;

/** `const name: Type = text;`, with the type where TypeScript would know less. */
export function constant(name: string, code: Code, keyword = 'const'): string {
  return `${keyword} ${name}${code.isLoose ? `: ${typeText(code.type)}` : ''} = ${finalText(code)};`;
}

/** A comment of lines. */
export const comment = (text: string | undefined): string[] =>
  text === undefined ? [] : text.split('\n').map((line) => `// ${line}`.trimEnd());
