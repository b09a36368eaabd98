import type { OptimizerSection, StageDeclaration, StageStatement, Statement, TrainingDeclaration } from '../../1-parse/ast.js';
import { report } from '../../diagnostics/index.js';
import { constantSettings } from '../training/optimizer-sections.js';
import { prepare, useAssign, useFor } from './body-names.js';
import { useExpression } from './expression-names.js';
import type { NameChecker } from './name-checker.js';
import type { NameScope } from './name-scope.js';

const nowhere = { file: '', start: 0, end: 0 };

/** Resolves the names of a training; `model` holds the parameters and values of its model. */
export function useTraining(checker: NameChecker, training: TrainingDeclaration, model: NameScope): void {
  const scope = checker.open(model);
  for (const item of training.items) {
    if (item.kind === 'data') {
      for (const size of [item.patch?.height, item.patch?.width, item.batch?.value]) if (size) useExpression(checker, size, scope);
    } else if (item.kind === 'let') {
      checker.within(() => {
        useExpression(checker, item.value, scope);
        return checker.declare(scope, item.name, 'setting');
      });
    }
  }
  for (const item of training.items) if (item.kind === 'optimizer') useOptimizer(checker, item, scope);
  // Only stages see the streams: what stands above is known before there are pictures.
  for (const item of training.items) {
    if (item.kind !== 'data') continue;
    for (const stream of item.streams) for (const name of stream.names) checker.declare(scope, name, 'data stream');
  }
  for (const item of training.items) if (item.kind === 'stage') useStage(checker, item, scope);
}

function useOptimizer(checker: NameChecker, section: OptimizerSection, scope: NameScope): void {
  const inner = checker.open(scope);
  for (const text of ['step', 'epoch']) inner.entries.set(text, { name: text, kind: 'loop variable', span: nowhere, used: true });
  for (const { name, value } of section.settings) useExpression(checker, value, constantSettings.has(name.text) ? scope : inner);
}

function useStage(checker: NameChecker, stage: StageDeclaration, outer: NameScope): void {
  useExpression(checker, stage.duration.amount, outer);
  const scope = checker.open(outer);
  prepare(checker, stage.body, scope);
  // A rate may use settings that stand further down, so optimizers come last.
  useStageStatements(checker, stage.body, scope, scope);
  for (const statement of stage.body) if (statement.kind === 'optimizer') useOptimizer(checker, statement, scope);
}

function useStageStatements(checker: NameChecker, body: readonly StageStatement[], scope: NameScope, root: NameScope): void {
  for (const statement of body) {
    switch (statement.kind) {
      case 'let':
        checker.within(() => {
          useExpression(checker, statement.value, scope);
          return checker.declare(scope, statement.name, 'setting');
        });
        break;
      case 'assign':
        useAssign(checker, statement, scope, root);
        break;
      case 'for':
        useFor(checker, statement, scope, (inner) => useStageStatements(checker, allowedInFor(checker, statement.body), inner, root));
        break;
      case 'frozen':
        for (const name of statement.names) checker.use(scope, name);
        break;
      case 'minimize':
        for (const name of statement.over) checker.use(scope, name);
        useExpression(checker, statement.value, scope);
        checker.declare(scope, statement.loss, 'loss');
        break;
      case 'log':
        useExpression(checker, statement.value, scope);
        checker.declare(scope, statement.name, 'loss');
        break;
      case 'optimizer':
        break;
    }
  }
}

/** Statements that blocks have and stages do not. */
const ofBlocks: Partial<Record<Statement['kind'], string>> = {
  port: 'a port',
  weight: 'a weight',
  statistic: 'a statistic',
  update: 'an update',
};

/** The statements that a `for` of a stage may hold; those that only blocks have are reported. */
function allowedInFor(checker: NameChecker, body: readonly Statement[]): StageStatement[] {
  return body.flatMap((statement): StageStatement[] => {
    const what = ofBlocks[statement.kind];
    if (what === undefined) return [statement as StageStatement];
    checker.sink.add(report.statementNotAllowed({ span: statement.span, what, where: 'a stage' }));
    return [];
  });
}
