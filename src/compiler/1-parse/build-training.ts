import type { IToken } from 'chevrotain';
import { report } from '../diagnostics/index.js';
import type {
  DataSection,
  DataStream,
  OptimizerSection,
  StageDeclaration,
  StageStatement,
  TrainingDeclaration,
  TrainingItem,
} from './ast.js';
import { type BuildContext, buildName, buildNames, documentationOf, nodeSpan, tokenSpan } from './build-context.js';
import { buildValue } from './build-expression.js';
import { buildAssign, buildFor, buildLet } from './build-statement.js';
import type {
  DataSectionCstNode,
  LogStatementCstNode,
  MinimizeStatementCstNode,
  OptimizerSectionCstNode,
  PatchSettingCstNode,
  StageDeclarationCstNode,
  StageStatementCstNode,
  StreamCstNode,
  TrainingDeclarationCstNode,
  TrainingItemCstNode,
} from './cst.js';

export function buildTraining(context: BuildContext, node: TrainingDeclarationCstNode): TrainingDeclaration | undefined {
  const [model] = node.children.Identifier ?? [];
  if (!model) return undefined;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  const items = (node.children.trainingItem ?? []).flatMap((item) => buildItem(context, item) ?? []);
  return { kind: 'training', model: buildName(context, model), items, ...documentation, span };
}

function buildItem(context: BuildContext, node: TrainingItemCstNode): TrainingItem | undefined {
  const { dataSection, stageDeclaration, letStatement, optimizerSection } = node.children;
  if (dataSection?.[0]) return buildData(context, dataSection[0]);
  if (stageDeclaration?.[0]) return buildStage(context, stageDeclaration[0]);
  if (letStatement?.[0]) return buildLet(context, letStatement[0]);
  return optimizerSection?.[0] && buildOptimizer(context, optimizerSection[0]);
}

/** Reports a word of which only one use is allowed when it has been used before. */
function reportRepetition(context: BuildContext, seen: Set<string>, token: IToken): void {
  if (seen.has(token.image)) context.diagnostics.push(report.duplicateSetting({ span: tokenSpan(context, token), setting: token.image }));
  seen.add(token.image);
}

export function buildData(context: BuildContext, node: DataSectionCstNode): DataSection {
  const streams: DataSection['streams'][number][] = [];
  let patch: DataSection['patch'];
  let batch: DataSection['batch'];
  let augmentations: DataSection['augmentations'] = [];
  const seen = new Set<string>();
  for (const { children } of node.children.dataItem ?? []) {
    const [stream] = children.stream ?? [];
    const [patchNode] = children.patchSetting ?? [];
    const [batchNode] = children.batchSetting ?? [];
    const [augment] = children.augmentSetting ?? [];
    const keyword = [patchNode?.children.Patch, batchNode?.children.Batch, augment?.children.Augment].find((tokens) => tokens?.[0])?.[0];
    if (keyword) reportRepetition(context, seen, keyword);
    if (stream) {
      streams.push(buildStream(context, stream));
    } else if (patchNode) patch = buildPatch(context, patchNode);
    else if (batchNode) {
      const span = nodeSpan(context, batchNode);
      batch = { value: buildValue(context, batchNode.children.expression?.[0], { span }), span };
    } else if (augment) augmentations = buildNames(context, augment.children.names?.[0]?.children.Identifier);
  }
  const span = nodeSpan(context, node);
  return {
    kind: 'data',
    streams,
    ...(patch && { patch }),
    ...(batch && { batch }),
    augmentations,
    ...documentationOf(context, span),
    span,
  };
}

export function buildStream(context: BuildContext, node: StreamCstNode): DataStream {
  const kind = node.children.Pair ? 'pair' : 'unpaired';
  const names = buildNames(context, node.children.Identifier);
  const span = nodeSpan(context, node);
  if (names.length === 0 && !context.diagnostics.some((known) => known.span.start >= span.start && known.span.end <= span.end))
    context.diagnostics.push(report.unexpectedToken({ span, expected: `names in \`${kind}\``, found: 'none' }));
  return { kind, names, span };
}

function buildPatch(context: BuildContext, node: PatchSettingCstNode): DataSection['patch'] {
  const span = nodeSpan(context, node);
  const [height, width] = node.children.expression ?? [];
  return { height: buildValue(context, height, { span }), width: buildValue(context, width, { span }), span };
}

export function buildOptimizer(context: BuildContext, node: OptimizerSectionCstNode): OptimizerSection | undefined {
  const [name] = node.children.Identifier ?? [];
  if (!name) return undefined;
  const seen = new Set<string>();
  const settings = (node.children.optimizerSetting ?? []).flatMap((setting) => {
    const [key] = setting.children.Identifier ?? [];
    if (!key) return [];
    reportRepetition(context, seen, key);
    const span = nodeSpan(context, setting);
    return [{ name: buildName(context, key), value: buildValue(context, setting.children.expression?.[0], { span }), span }];
  });
  const span = nodeSpan(context, node);
  return { kind: 'optimizer', name: buildName(context, name), settings, ...documentationOf(context, span), span };
}

export function buildStage(context: BuildContext, node: StageDeclarationCstNode): StageDeclaration | undefined {
  const [name] = node.children.Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const documentation = documentationOf(context, span);
  const [amountNode] = node.children.expression ?? [];
  const [unit] = node.children.unit ?? [];
  const amount = buildValue(context, amountNode, { span });
  const duration = {
    amount,
    unit: unit?.children.Steps ? ('steps' as const) : ('epochs' as const),
    span: amountNode ? nodeSpan(context, amountNode) : span,
  };
  const body = (node.children.stageStatement ?? []).flatMap((statement) => buildStageStatement(context, statement) ?? []);
  return { kind: 'stage', name: buildName(context, name), duration, body, ...documentation, span };
}

export function buildStageStatement(context: BuildContext, node: Pick<StageStatementCstNode, 'children'>): StageStatement | undefined {
  const { letStatement, forStatement, frozenStatement, minimizeStatement, logStatement, optimizerSection, assignStatement } = node.children;
  if (letStatement?.[0]) return buildLet(context, letStatement[0]);
  if (forStatement?.[0]) return buildFor(context, forStatement[0]);
  if (minimizeStatement?.[0]) return buildMinimize(context, minimizeStatement[0]);
  if (logStatement?.[0]) return buildLog(context, logStatement[0]);
  if (optimizerSection?.[0]) return buildOptimizer(context, optimizerSection[0]);
  if (frozenStatement?.[0]) {
    const names = buildNames(context, frozenStatement[0].children.names?.[0]?.children.Identifier);
    const span = nodeSpan(context, frozenStatement[0]);
    return { kind: 'frozen', names, ...documentationOf(context, span), span };
  }
  return assignStatement?.[0] && buildAssign(context, assignStatement[0]);
}

function buildMinimize(context: BuildContext, node: MinimizeStatementCstNode): StageStatement | undefined {
  const [loss] = node.children.Identifier ?? [];
  if (!loss) return undefined;
  const span = nodeSpan(context, node);
  const over = buildNames(context, node.children.names?.[0]?.children.Identifier);
  const value = buildValue(context, node.children.expression?.[0], { span });
  return { kind: 'minimize', loss: buildName(context, loss), over, value, ...documentationOf(context, span), span };
}

function buildLog(context: BuildContext, node: LogStatementCstNode): StageStatement | undefined {
  const [name] = node.children.Identifier ?? [];
  if (!name) return undefined;
  const span = nodeSpan(context, node);
  const value = buildValue(context, node.children.expression?.[0], { span });
  return { kind: 'log', name: buildName(context, name), value, ...documentationOf(context, span), span };
}
