import type { FunctionDeclaration, Import, Item, ModelDeclaration } from '../../1-parse/ast.js';
import { didYouMean, report } from '../../diagnostics/index.js';
import { builtinNames } from '../builtins.js';
import { callableOps } from '../callable-ops.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import { type Module, preludePath } from '../modules.js';
import { isTensorType } from '../types.js';
import { useBody } from './body-names.js';
import { declareParameters, useExpression } from './expression-names.js';
import { NameChecker } from './name-checker.js';
import { NameScope } from './name-scope.js';
import { useTraining } from './training-names.js';

/** Resolves every name of every module, also of blocks that nothing instantiates, and reports unknown, repeated, hidden and unused ones. */
export function checkNames(modules: readonly Module[], sink: DiagnosticSink): void {
  const builtins = new NameScope(undefined);
  const add = (scope: NameScope, name: string, kind: 'operator' | 'library function'): void => {
    scope.entries.set(name, { name, kind, span: undefined, used: true });
  };
  for (const name of callableOps) add(builtins, name, 'operator');
  for (const name of builtinNames) add(builtins, name, 'library function');
  const prelude = new NameScope(builtins);
  for (const module of modules) {
    if (module.path !== preludePath) continue;
    for (const name of exportedNames(module)) add(prelude, name, 'library function');
  }
  for (const module of modules) checkModule(module, module.path === preludePath ? builtins : prelude, sink);
}

/** Names that other files can import. */
function exportedNames(module: Module): string[] {
  return module.file.items.flatMap((item) => (item.kind === 'import' || item.kind === 'model' || item.kind === 'training' ? [] : [item.name.text]));
}

function checkModule(module: Module, outer: NameScope, sink: DiagnosticSink): void {
  const checker = new NameChecker(sink, !module.isBroken);
  const scope = checker.open(outer);
  const { items } = module.file;
  for (const item of items) declareItem(checker, item, module, scope);
  for (const item of items) if (item.kind === 'let') scope.later.set(item.name.text, item.name.span);
  for (const item of items) {
    // A `let` of a file sees the ones above it; blocks and functions see all.
    if (item.kind !== 'let') continue;
    useExpression(checker, item.value, scope);
    scope.later.delete(item.name.text);
    checker.declare(scope, item.name, 'declaration');
  }
  const models = new Map<string, NameScope>();
  for (const item of items) {
    if (item.kind === 'block') {
      const inner = checker.open(scope);
      declareParameters(checker, item.parameters, inner);
      for (const { type } of item.parameters) {
        if (isTensorType(type)) sink.add(report.statementNotAllowed({ span: type.span, what: 'a tensor', where: 'the parameters of a block' }));
      }
      useBody(checker, item.body, inner, 'a block');
    } else if (item.kind === 'function') {
      useFunction(checker, item, scope);
    } else if (item.kind === 'namespace') {
      for (const declaration of item.functions) useFunction(checker, declaration, scope);
    } else if (item.kind === 'model') {
      models.set(item.name.text, useModel(checker, item, scope));
    }
  }
  for (const item of items) {
    if (item.kind !== 'training') continue;
    const model = models.get(item.model.text);
    if (model) useTraining(checker, item, model);
  }
  checker.finish();
}

function declareItem(checker: NameChecker, item: Item, module: Module, scope: NameScope): void {
  if (item.kind === 'import') declareImports(checker, item, module, scope);
  else if (item.kind !== 'training' && item.kind !== 'let') checker.declare(scope, item.name, 'declaration');
}

function declareImports(checker: NameChecker, item: Import, module: Module, scope: NameScope): void {
  const imported = module.imports.get(item.from.value);
  const known = imported && exportedNames(imported);
  for (const { name, alias } of item.names) {
    const entry = checker.declare(scope, alias ?? name, 'import');
    if (known?.includes(name.text)) continue;
    // Its uses say nothing new once the import itself is wrong.
    entry.used = true;
    if (!known || imported.isBroken) continue;
    checker.sink.add(
      report.unknownImport({ span: name.span, name: name.text, module: item.from.value, candidates: didYouMean(name.text, known) }),
    );
  }
}

function useFunction(checker: NameChecker, declaration: FunctionDeclaration, outer: NameScope): void {
  const scope = checker.open(outer);
  declareParameters(checker, declaration.parameters, scope);
  for (const statement of declaration.body) {
    if (statement.kind !== 'let') continue;
    useExpression(checker, statement.value, scope);
    checker.declare(scope, statement.name, 'setting');
  }
  useExpression(checker, declaration.result, scope);
}

/** Resolves a model; gives the scope of what its training sees: parameters, settings and values, but not its ports. */
function useModel(checker: NameChecker, model: ModelDeclaration, outer: NameScope): NameScope {
  const scope = checker.open(outer);
  declareParameters(checker, model.parameters, scope);
  useBody(checker, model.body, scope, 'a model');
  const visible = new NameScope(outer, true);
  for (const [name, entry] of scope.entries) {
    if (entry.kind !== 'input' && entry.kind !== 'output' && entry.kind !== 'dimension') visible.entries.set(name, entry);
  }
  return visible;
}
