import type { CstNode, IToken } from 'chevrotain';
import type { Diagnostic, Span } from '../diagnostics/index.js';
import type { Expression, Name } from './ast.js';
import type { Documentation } from './documentation.js';

/** What the AST builders share: the file they build, and where they report to. */
export interface BuildContext {
  readonly file: string;
  readonly diagnostics: Diagnostic[];
  readonly documentation: Documentation;
}

export function tokenSpan(context: BuildContext, token: IToken): Span {
  return { file: context.file, start: token.startOffset, end: (token.endOffset ?? token.startOffset - 1) + 1 };
}

/** From the first to the last token of a node; of a node that recovery left empty, the start of the file. */
export function nodeSpan(context: BuildContext, node: CstNode): Span {
  const start = node.location?.startOffset ?? 0;
  const end = (node.location?.endOffset ?? start - 1) + 1;
  if (Number.isNaN(start) || Number.isNaN(end)) return { file: context.file, start: 0, end: 0 };
  return { file: context.file, start, end: Math.max(start, end) };
}

export function joinSpans(first: Span, last: Span): Span {
  return { file: first.file, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}

export function buildName(context: BuildContext, token: IToken): Name {
  return { text: token.image, span: tokenSpan(context, token) };
}

export function buildNames(context: BuildContext, tokens: readonly IToken[] | undefined): Name[] {
  return (tokens ?? []).map((token) => buildName(context, token));
}

/** Stands for an expression that could not be parsed, behind what could. */
export function errorExpression(span: Span): Expression {
  return { kind: 'error', span: { ...span, start: span.end } };
}

/** The documentation comment above a node, as the optional member of a declaration. */
export function documentationOf(context: BuildContext, span: Span): { readonly documentation?: string } {
  const text = context.documentation.above(span.start);
  return text === undefined ? {} : { documentation: text };
}
