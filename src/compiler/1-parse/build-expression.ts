import type { IToken } from 'chevrotain';
import { report } from '../diagnostics/index.js';
import { limits } from '../limits.js';
import type { Argument, Expression, ListElement, Name, PipeStage } from './ast.js';
import { type BuildContext, buildName, errorExpression, joinSpans, nodeSpan, tokenSpan } from './build-context.js';
import type {
  ApplicationCstNode,
  ArgumentCstNode,
  AtomCstNode,
  CallArgumentsCstNode,
  ConditionalCstNode,
  ExpressionCstNode,
  LabelCstNode,
  ListElementCstNode,
  OperationCstNode,
  PipeCstNode,
  PipeStageCstNode,
  PostfixCstNode,
  RepetitionCstNode,
  SuffixCstNode,
} from './cst.js';
import { tooDeepPart } from './expression-depth.js';
import { type Operator, resolvePrecedence } from './precedence.js';
import { wellFormedNumber } from './scan.js';
import { buildString } from './string-literal.js';

/**
 * Builds the expression of a statement. What recovery left out becomes an `error` expression behind `owner`;
 * an expression too deep for the later phases is reported and becomes one, too.
 */
export function buildValue(
  context: BuildContext,
  node: ExpressionCstNode | undefined,
  owner: { readonly span: Parameters<typeof errorExpression>[0] },
): Expression {
  if (!node) return errorExpression(owner.span);
  const expression = buildExpression(context, node);
  const deep = tooDeepPart(expression);
  if (!deep) return expression;
  context.diagnostics.push(report.expressionTooDeep({ span: deep.span, limit: limits.operations }));
  return errorExpression(expression.span);
}

function buildExpression(context: BuildContext, node: ExpressionCstNode): Expression {
  const { conditional, pipe } = node.children;
  if (conditional?.[0]) return buildConditional(context, conditional[0]);
  return pipe?.[0] ? buildPipe(context, pipe[0]) : errorExpression(nodeSpan(context, node));
}

function buildOptional(context: BuildContext, node: ExpressionCstNode | undefined, behind: Expression['span']): Expression {
  return node ? buildExpression(context, node) : errorExpression(behind);
}

function buildConditional(context: BuildContext, node: ConditionalCstNode): Expression {
  const span = nodeSpan(context, node);
  const [condition, then, otherwise] = node.children.expression ?? [];
  return {
    kind: 'if',
    condition: buildOptional(context, condition, span),
    // biome-ignore lint/suspicious/noThenProperty: the AST calls the branch by its keyword, and no AST node is ever awaited.
    then: buildOptional(context, then, span),
    else: buildOptional(context, otherwise, span),
    span,
  };
}

function buildPipe(context: BuildContext, node: PipeCstNode): Expression {
  const [operation] = node.children.operation ?? [];
  let input = operation ? buildOperation(context, operation) : errorExpression(nodeSpan(context, node));
  for (const stageNode of node.children.pipeStage ?? []) {
    const stage = buildPipeStage(context, stageNode);
    input = { kind: 'pipe', input, stage, span: joinSpans(input.span, stage.span) };
  }
  return input;
}

export function buildPipeStage(context: BuildContext, node: PipeStageCstNode): PipeStage {
  const { repetition, application } = node.children;
  if (repetition?.[0]) return buildRepetition(context, repetition[0]);
  if (application?.[0]) return buildApplication(context, application[0]);
  const span = nodeSpan(context, node);
  return { kind: 'apply', callee: errorExpression(span), span };
}

function buildApplication(context: BuildContext, node: ApplicationCstNode): PipeStage {
  const span = nodeSpan(context, node);
  const [postfix] = node.children.postfix ?? [];
  return {
    kind: 'apply',
    callee: postfix ? buildPostfix(context, postfix) : errorExpression(span),
    ...labelOf(context, node.children.label),
    span,
  };
}

function buildRepetition(context: BuildContext, node: RepetitionCstNode): PipeStage {
  const span = nodeSpan(context, node);
  const { expression, label, pipeStage = [] } = node.children;
  const body = pipeStage.map((stage) => buildPipeStage(context, stage));
  return { kind: 'repeat', count: buildOptional(context, expression?.[0], span), ...labelOf(context, label), body, span };
}

function labelOf(context: BuildContext, nodes: LabelCstNode[] | undefined): { readonly label?: Name } {
  const token = nodes?.[0]?.children.Identifier?.[0];
  return token ? { label: buildName(context, token) } : {};
}

function buildOperation(context: BuildContext, node: OperationCstNode): Expression {
  const { operand = [], InfixOperator = [] } = node.children;
  const sequence: (Expression | Operator)[] = [];
  const operator = (token: IToken, isPrefix: boolean): Operator => ({ text: token.image, span: tokenSpan(context, token), isPrefix });
  for (const [i, part] of operand.entries()) {
    const joining = InfixOperator[i - 1];
    if (joining) sequence.push(operator(joining, false));
    for (const token of part.children.PrefixOperator ?? []) sequence.push(operator(token, true));
    const [postfix] = part.children.postfix ?? [];
    sequence.push(postfix ? buildPostfix(context, postfix) : errorExpression(nodeSpan(context, part)));
  }
  const onChained = (second: Operator) => context.diagnostics.push(report.chainedComparison({ span: second.span }));
  return resolvePrecedence(sequence, onChained) ?? errorExpression(nodeSpan(context, node));
}

function buildPostfix(context: BuildContext, node: PostfixCstNode): Expression {
  const [atom] = node.children.atom ?? [];
  let expression = atom ? buildAtom(context, atom) : errorExpression(nodeSpan(context, node));
  for (const suffix of node.children.suffix ?? []) expression = applySuffix(context, expression, suffix);
  return expression;
}

function applySuffix(context: BuildContext, target: Expression, node: SuffixCstNode): Expression {
  const span = joinSpans(target.span, nodeSpan(context, node));
  const { callArguments, indices, Identifier } = node.children;
  if (callArguments?.[0]) return { kind: 'call', callee: target, arguments: buildArguments(context, callArguments[0]), span };
  if (indices?.[0])
    return { kind: 'index', target, indices: (indices[0].children.expression ?? []).map((index) => buildExpression(context, index)), span };
  return Identifier?.[0] ? { kind: 'member', target, name: buildName(context, Identifier[0]), span } : target;
}

function buildArguments(context: BuildContext, node: CallArgumentsCstNode): Argument[] {
  return (node.children.argument ?? []).map((argument) => buildArgument(context, argument));
}

function buildArgument(context: BuildContext, node: ArgumentCstNode): Argument {
  const span = nodeSpan(context, node);
  const { Identifier, expression } = node.children;
  const value = buildOptional(context, expression?.[0], span);
  return Identifier?.[0] ? { name: buildName(context, Identifier[0]), value, span } : { value, span };
}

function buildAtom(context: BuildContext, node: AtomCstNode): Expression {
  const span = nodeSpan(context, node);
  const { NumberLiteral, StringLiteral, True, False, Identifier, parenthesized, list } = node.children;
  if (NumberLiteral?.[0]) return buildNumber(context, NumberLiteral[0], span);
  if (StringLiteral?.[0]) return { kind: 'string', value: buildString(context, StringLiteral[0]), span };
  if (True || False) return { kind: 'boolean', value: True !== undefined, span };
  if (Identifier?.[0]) return { kind: 'name', name: buildName(context, Identifier[0]), span };
  if (list?.[0])
    return { kind: 'list', elements: (list[0].children.listElement ?? []).map((element) => buildListElement(context, element)), span };
  if (parenthesized?.[0]) return { ...buildOptional(context, parenthesized[0].children.expression?.[0], span), span };
  return { kind: 'error', span };
}

function buildNumber(context: BuildContext, token: IToken, span: Expression['span']): Expression {
  const { image } = token;
  // A malformed number has been reported by the scanner.
  if (!wellFormedNumber.test(image)) return { kind: 'error', span };
  const value = Number(image);
  if (Number.isFinite(value)) return { kind: 'number', value, isInteger: /^\d+$/.test(image), span };
  context.diagnostics.push(report.malformedNumber({ span, text: image, hint: `numbers go up to ${Number.MAX_VALUE}` }));
  return { kind: 'error', span };
}

export function buildListElement(context: BuildContext, node: ListElementCstNode): ListElement {
  const span = nodeSpan(context, node);
  const { comprehension, expression } = node.children;
  const [head] = comprehension ?? [];
  if (!head) return { kind: 'element', value: buildOptional(context, expression?.[0], span), span };
  const { Identifier, expression: over, listElement } = head.children;
  const [variable] = Identifier ?? [];
  if (!variable) return { kind: 'element', value: errorExpression(span), span };
  const body: ListElement = listElement?.[0]
    ? buildListElement(context, listElement[0])
    : { kind: 'element', value: errorExpression(span), span };
  return { kind: 'comprehension', variable: buildName(context, variable), over: buildOptional(context, over?.[0], span), body, span };
}
