import type { AssignStatement, ForStatement, LetStatement, Statement } from './ast.js';
import { type BuildContext, buildName, documentationOf, nodeSpan } from './build-context.js';
import { buildValue } from './build-expression.js';
import { buildDimensions, buildType } from './build-type.js';
import type {
  AssignStatementCstNode,
  BodyCstNode,
  ForStatementCstNode,
  LetStatementCstNode,
  PortStatementCstNode,
  StatementCstNode,
  UpdateStatementCstNode,
  WeightStatementCstNode,
} from './cst.js';

/** The statements between two braces; those that could not even be begun are left out. */
export function buildBody(context: BuildContext, nodes: readonly BodyCstNode[] | undefined): Statement[] {
  return (nodes?.[0]?.children.statement ?? []).flatMap((statement) => buildStatement(context, statement) ?? []);
}

export function buildStatement(context: BuildContext, node: Pick<StatementCstNode, 'children'>): Statement | undefined {
  const { portStatement, weightStatement, updateStatement, letStatement, forStatement, assignStatement } = node.children;
  if (portStatement?.[0]) return buildPort(context, portStatement[0]);
  if (weightStatement?.[0]) return buildWeight(context, weightStatement[0]);
  if (updateStatement?.[0]) return buildUpdate(context, updateStatement[0]);
  if (letStatement?.[0]) return buildLet(context, letStatement[0]);
  if (forStatement?.[0]) return buildFor(context, forStatement[0]);
  return assignStatement?.[0] && buildAssign(context, assignStatement[0]);
}

function buildPort(context: BuildContext, node: PortStatementCstNode): Statement | undefined {
  const { In = [], Identifier = [], type } = node.children;
  const [name] = Identifier;
  const [typeNode] = type ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const direction = In.length > 0 ? 'in' : 'out';
  // Of a port whose type is broken the likeliest one is assumed, so that its name stays known.
  const portType = typeNode ? buildType(context, typeNode) : ({ kind: 'named-type', name: { text: 'image', span }, span } as const);
  return { kind: 'port', direction, name: buildName(context, name), type: portType, ...documentationOf(context, span), span };
}

function buildWeight(context: BuildContext, node: WeightStatementCstNode): Statement | undefined {
  const [name] = node.children.Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  return {
    kind: node.children.Statistic ? 'statistic' : 'weight',
    name: buildName(context, name),
    dimensions: buildDimensions(context, node.children.dimensions?.[0]),
    initializer: buildValue(context, node.children.expression?.[0], { span }),
    ...documentationOf(context, span),
    span,
  };
}

function buildUpdate(context: BuildContext, node: UpdateStatementCstNode): Statement | undefined {
  const [target] = node.children.Identifier ?? [];
  if (!target) return undefined;
  const span = nodeSpan(context, node);
  const value = buildValue(context, node.children.expression?.[0], { span });
  return { kind: 'update', target: buildName(context, target), value, ...documentationOf(context, span), span };
}

export function buildLet(context: BuildContext, node: LetStatementCstNode): LetStatement | undefined {
  const [name] = node.children.Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const value = buildValue(context, node.children.expression?.[0], { span });
  return { kind: 'let', name: buildName(context, name), value, ...documentationOf(context, span), span };
}

export function buildAssign(context: BuildContext, node: AssignStatementCstNode): AssignStatement | undefined {
  const [target] = node.children.Identifier ?? [];
  if (!target) return undefined;
  const span = nodeSpan(context, node);
  const indices = (node.children.indices?.[0]?.children.expression ?? []).map((index) => buildValue(context, index, { span }));
  const value = buildValue(context, node.children.expression?.[0], { span });
  return { kind: 'assign', target: buildName(context, target), indices, value, ...documentationOf(context, span), span };
}

export function buildFor(context: BuildContext, node: ForStatementCstNode): ForStatement | undefined {
  const [variable] = node.children.Identifier ?? [];
  if (!variable) return undefined;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  const over = buildValue(context, node.children.expression?.[0], { span });
  return {
    kind: 'for',
    ...documentation,
    variable: buildName(context, variable),
    over,
    body: buildBody(context, node.children.body),
    span,
  };
}
