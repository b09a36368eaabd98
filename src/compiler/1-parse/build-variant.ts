import { report } from '../diagnostics/index.js';
import type { Edit, InsertedStatement, Insertion, NamePath, SetEdit, VariantDeclaration } from './ast.js';
import { type BuildContext, buildName, documentationOf, nodeSpan, tokenSpan } from './build-context.js';
import { buildListElement, buildPipeStage, buildValue } from './build-expression.js';
import { buildStatement } from './build-statement.js';
import { buildData, buildOptimizer, buildStage, buildStageStatement, buildStream } from './build-training.js';
import { buildParameters } from './build-type.js';
import type {
  EditCstNode,
  InsertEditCstNode,
  InsertedStatementCstNode,
  InsertionCstNode,
  NamePathCstNode,
  OverrideCstNode,
  RenameEditCstNode,
  ReplaceEditCstNode,
  VariantDeclarationCstNode,
} from './cst.js';
import { buildString } from './string-literal.js';

export function buildVariant(context: BuildContext, node: VariantDeclarationCstNode): VariantDeclaration | undefined {
  const [name] = node.children.StringLiteral ?? [];
  const [base] = node.children.base ?? [];
  if (!name || !base) return undefined;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  return {
    kind: 'variant',
    ...documentation,
    name: { value: buildString(context, name), span: tokenSpan(context, name) },
    base: { value: buildString(context, base), span: tokenSpan(context, base) },
    edits: (node.children.edit ?? []).flatMap((edit) => buildEdit(context, edit) ?? []),
    span,
  };
}

function buildEdit(context: BuildContext, node: EditCstNode): Edit | undefined {
  const { setEdit, replaceEdit, removeEdit, insertEdit, renameEdit } = node.children;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  const [override] = setEdit?.[0]?.children.override ?? [];
  if (override) {
    const edit = buildOverride(context, override);
    return edit && { ...edit, ...documentation, span };
  }
  if (replaceEdit?.[0]) return buildReplace(context, replaceEdit[0], { ...documentation, span });
  if (insertEdit?.[0]) return buildInsert(context, insertEdit[0], { ...documentation, span });
  if (renameEdit?.[0]) return buildRename(context, renameEdit[0], { ...documentation, span });
  const path = buildPath(context, removeEdit?.[0]?.children.namePath);
  return path && { kind: 'remove', path, ...documentation, span };
}

/** What all edits have. */
type EditHead = Pick<Edit, 'documentation' | 'span'>;

/** `PATH = EXPRESSION`, behind `set` or as an argument. */
export function buildOverride(context: BuildContext, node: OverrideCstNode): SetEdit | undefined {
  const path = buildPath(context, node.children.namePath);
  const span = nodeSpan(context, node);
  return path && { kind: 'set', path, value: buildValue(context, node.children.expression?.[0], { span }), span };
}

function buildReplace(context: BuildContext, node: ReplaceEditCstNode, head: EditHead): Edit | undefined {
  const { Block, namePath, insertion, expression } = node.children;
  const path = buildPath(context, namePath);
  const [block] = path?.steps ?? [];
  if (!path || !block) return undefined;
  const [braces] = insertion ?? [];
  if (Block && braces) {
    const span = { ...nodeSpan(context, braces), end: nodeSpan(context, braces).start + 1 };
    context.diagnostics.push(report.unexpectedToken({ span, expected: 'a block', found: '`{`' }));
    return undefined;
  }
  const value = buildValue(context, expression?.[0], head);
  if (Block) return { kind: 'replace-block', block: block.name, by: value, ...head };
  return { kind: 'replace', path, by: braces ? buildInsertion(context, braces) : { kind: 'expression', value, span: value.span }, ...head };
}

function buildInsert(context: BuildContext, node: InsertEditCstNode, head: EditHead): Edit | undefined {
  const path = buildPath(context, node.children.namePath);
  const [insertion] = node.children.insertion ?? [];
  if (!path || !insertion) return undefined;
  const where = node.children.Before ? 'before' : 'after';
  return { kind: 'insert', where, path, content: buildInsertion(context, insertion), ...head };
}

function buildRename(context: BuildContext, node: RenameEditCstNode, head: EditHead): Edit | undefined {
  const path = buildPath(context, node.children.namePath);
  const [to] = node.children.Identifier ?? [];
  return path && to && { kind: 'rename', path, to: buildName(context, to), ...head };
}

function buildPath(context: BuildContext, nodes: readonly NamePathCstNode[] | undefined): NamePath | undefined {
  const [node] = nodes ?? [];
  if (!node) return undefined;
  const steps = (node.children.pathStep ?? []).flatMap((step) => {
    const [name] = step.children.Identifier ?? [];
    if (!name) return [];
    const span = nodeSpan(context, step);
    const indices = (step.children.indices ?? []).map(({ children }) =>
      (children.expression ?? []).map((index) => buildValue(context, index, { span })),
    );
    return [{ name: buildName(context, name), indices, span }];
  });
  return steps.length === 0 ? undefined : { steps, span: nodeSpan(context, node) };
}

function buildInsertion(context: BuildContext, node: InsertionCstNode): Insertion {
  const { pipeStage, listElement, insertedParameters, insertedStatement = [] } = node.children;
  const span = nodeSpan(context, node);
  const [given] = insertedParameters ?? [];
  if (given) return { kind: 'parameters', parameters: buildParameters(context, given.children.parameter), span };
  if (pipeStage) return { kind: 'links', links: pipeStage.map((stage) => buildPipeStage(context, stage)), span };
  if (listElement) return { kind: 'elements', elements: listElement.map((element) => buildListElement(context, element)), span };
  return { kind: 'statements', statements: insertedStatement.flatMap((statement) => buildInserted(context, statement) ?? []), span };
}

function buildInserted(context: BuildContext, node: InsertedStatementCstNode): InsertedStatement | undefined {
  const { stageDeclaration, dataSection, optimizerSection, stream, frozenStatement, minimizeStatement, logStatement } = node.children;
  if (stageDeclaration?.[0]) return buildStage(context, stageDeclaration[0]);
  if (dataSection?.[0]) return buildData(context, dataSection[0]);
  if (optimizerSection?.[0]) return buildOptimizer(context, optimizerSection[0]);
  if (stream?.[0]) return buildStream(context, stream[0]);
  if (frozenStatement || minimizeStatement || logStatement) return buildStageStatement(context, node);
  return buildStatement(context, node);
}
