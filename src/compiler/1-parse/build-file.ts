import { report } from '../diagnostics/index.js';
import type {
  BlockDeclaration,
  Expression,
  FunctionDeclaration,
  Import,
  Item,
  ModelDeclaration,
  NamespaceDeclaration,
  SourceFile,
  Statement,
} from './ast.js';
import { type BuildContext, buildName, documentationOf, errorExpression, joinSpans, nodeSpan, tokenSpan } from './build-context.js';
import { buildValue } from './build-expression.js';
import { buildBody, buildLet } from './build-statement.js';
import { buildTraining } from './build-training.js';
import { buildParameters } from './build-type.js';
import { buildVariant } from './build-variant.js';
import type {
  BlockDeclarationCstNode,
  DeclarationCstNode,
  FileCstNode,
  FunctionDeclarationCstNode,
  ImportDeclarationCstNode,
  ModelDeclarationCstNode,
  NamespaceDeclarationCstNode,
} from './cst.js';
import { buildString } from './string-literal.js';

/** Builds the AST of a file; `length` is that of its text. */
export function buildFile(context: BuildContext, node: FileCstNode, length: number): SourceFile {
  const { Mfn, NumberLiteral, declaration = [] } = node.children;
  const items = declaration.flatMap((item) => buildDeclaration(context, item) ?? []);
  const span = { file: context.file, start: 0, end: length };
  const file: SourceFile = { kind: 'file', path: context.file, items, span };
  const [word] = Mfn ?? [];
  const [number] = NumberLiteral ?? [];
  if (!word || !number) return file;
  const version = { value: Number(number.image), span: joinSpans(tokenSpan(context, word), tokenSpan(context, number)) };
  return { ...file, version };
}

function buildDeclaration(context: BuildContext, node: DeclarationCstNode): Item | undefined {
  const {
    importDeclaration,
    blockDeclaration,
    functionDeclaration,
    namespaceDeclaration,
    modelDeclaration,
    trainingDeclaration,
    variantDeclaration,
    letStatement,
  } = node.children;
  if (importDeclaration?.[0]) return buildImport(context, importDeclaration[0]);
  if (blockDeclaration?.[0]) return buildBlock(context, blockDeclaration[0]);
  if (modelDeclaration?.[0]) return buildModel(context, modelDeclaration[0]);
  if (functionDeclaration?.[0]) return buildFunction(context, functionDeclaration[0]);
  if (namespaceDeclaration?.[0]) return buildNamespace(context, namespaceDeclaration[0]);
  if (trainingDeclaration?.[0]) return buildTraining(context, trainingDeclaration[0]);
  if (variantDeclaration?.[0]) return buildVariant(context, variantDeclaration[0]);
  return letStatement?.[0] && buildLet(context, letStatement[0]);
}

function buildImport(context: BuildContext, node: ImportDeclarationCstNode): Import | undefined {
  const [from] = node.children.StringLiteral ?? [];
  if (!from) return undefined;
  const names = (node.children.importedName ?? []).flatMap(({ children }) => {
    const [name] = children.Identifier ?? [];
    const [alias] = children.alias ?? [];
    if (!name) return [];
    return [{ name: buildName(context, name), ...(alias && { alias: buildName(context, alias) }) }];
  });
  return {
    kind: 'import',
    names,
    from: { value: buildString(context, from), span: tokenSpan(context, from) },
    span: nodeSpan(context, node),
  };
}

/** What blocks and models have in common. */
function buildNetwork(
  context: BuildContext,
  node: BlockDeclarationCstNode | ModelDeclarationCstNode,
): Omit<BlockDeclaration, 'kind'> | undefined {
  const { Identifier, parameters, body } = node.children;
  const [name] = Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  return {
    ...documentation,
    name: buildName(context, name),
    parameters: buildParameters(context, parameters?.[0]?.children.parameter),
    body: buildBody(context, body),
    span,
  };
}

function buildBlock(context: BuildContext, node: BlockDeclarationCstNode): BlockDeclaration | undefined {
  const network = buildNetwork(context, node);
  return network && { kind: 'block', ...network };
}

function buildModel(context: BuildContext, node: ModelDeclarationCstNode): ModelDeclaration | undefined {
  const network = buildNetwork(context, node);
  return network && { kind: 'model', ...network };
}

function buildNamespace(context: BuildContext, node: NamespaceDeclarationCstNode): NamespaceDeclaration | undefined {
  const [name] = node.children.Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  const functions = (node.children.functionDeclaration ?? []).flatMap((declaration) => buildFunction(context, declaration) ?? []);
  return { kind: 'namespace', ...documentation, name: buildName(context, name), functions, span };
}

function buildFunction(context: BuildContext, node: FunctionDeclarationCstNode): FunctionDeclaration | undefined {
  const { Identifier, parameters, expression, Assign, functionBody } = node.children;
  const [name] = Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const head = {
    kind: 'function' as const,
    ...documentationOf(context, span),
    name: buildName(context, name),
    parameters: buildParameters(context, parameters?.[0]?.children.parameter),
    span,
  };
  if (Assign) return { ...head, body: [], result: buildValue(context, expression?.[0], { span }) };
  const body: Statement[] = [];
  let result: Expression | undefined;
  for (const node of functionBody?.[0]?.children.functionStatement ?? []) {
    const { letStatement, Return, expression: given } = node.children;
    if (result) context.diagnostics.push(report.statementAfterReturn({ span: nodeSpan(context, node), name: name.image }));
    const built = letStatement?.[0] && buildLet(context, letStatement[0]);
    if (built) body.push(built);
    if (Return) result ??= buildValue(context, given?.[0], { span });
  }
  if (!result) context.diagnostics.push(report.missingResult({ span: head.name.span, name: name.image }));
  return { ...head, body, result: result ?? errorExpression(span) };
}
