import { report } from '../diagnostics/index.js';
import { limits } from '../limits.js';
import type { Expression, Parameter, TypeExpression } from './ast.js';
import { type BuildContext, buildName, errorExpression, nodeSpan } from './build-context.js';
import { buildValue } from './build-expression.js';
import type { DimensionsCstNode, ParameterCstNode, TypeCstNode } from './cst.js';

export function buildType(context: BuildContext, node: TypeCstNode): TypeExpression {
  const span = nodeSpan(context, node);
  const { Identifier, dimensions, LeftBracket = [], valueRange } = node.children;
  const bounds = valueRange?.[0]?.children.expression;
  const bound = (i: number): Expression => buildValue(context, bounds?.[i], { span });
  const range = valueRange ? { range: [bound(0), bound(1)] as const } : {};
  const [name] = Identifier ?? [];
  let type: TypeExpression = name
    ? { kind: 'named-type', name: buildName(context, name), ...range, span }
    : { kind: 'shape-type', dimensions: buildDimensions(context, dimensions?.[0]), ...range, span };
  if (LeftBracket.length > limits.listDepth)
    context.diagnostics.push(report.limitReached({ span, what: 'the nesting of lists of a type', limit: limits.listDepth }));
  for (const _ of LeftBracket.slice(0, limits.listDepth)) type = { kind: 'list-type', element: type, span };
  return type;
}

export function buildDimensions(context: BuildContext, node: DimensionsCstNode | undefined): Expression[] {
  if (!node) return [];
  const owner = { span: nodeSpan(context, node) };
  return (node.children.expression ?? []).map((dimension) => buildValue(context, dimension, owner));
}

/** The parameters of a declaration; one whose name or type is missing has been reported and is left out. */
export function buildParameters(context: BuildContext, nodes: readonly ParameterCstNode[] | undefined): Parameter[] {
  return (nodes ?? []).flatMap((node) => {
    const { Identifier, type, Assign, expression } = node.children;
    const [name] = Identifier ?? [];
    const [typeNode] = type ?? [];
    if (!name || !typeNode) return [];
    const span = nodeSpan(context, node);
    const preset = Assign ? { default: expression ? buildValue(context, expression[0], { span }) : errorExpression(span) } : {};
    return [{ name: buildName(context, name), type: buildType(context, typeNode), ...preset, span }];
  });
}
