import type { FunctionDeclaration, Import, Item, ModelDeclaration, Name } from '../../1-parse/ast.js';
import { didYouMean, report } from '../../diagnostics/index.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import { builtinNames } from '../elaborate/builtins.js';
import { callableOps } from '../elaborate/callable-ops.js';
import { isTensorType } from '../elaborate/types.js';
import { exportedNames, importedModule, isOfLibrary, type Module, preludePath } from '../modules/modules.js';
import type { AnalysisObserver } from '../observer.js';
import { useBody } from './body-names.js';
import { declareParameters, useExpression } from './expression-names.js';
import { lostNames } from './lost-names.js';
import { NameChecker } from './name-checker.js';
import { NameScope } from './name-scope.js';
import { useTraining } from './training-names.js';

/**
 * Resolves every name of every module, also of blocks that nothing instantiates, and reports unknown, repeated, hidden and unused ones.
 * @param sources texts by path
 */
export function checkNames(
  modules: readonly Module[],
  sources: ReadonlyMap<string, string>,
  sink: DiagnosticSink,
  observer?: AnalysisObserver,
): void {
  const builtins = new NameScope(undefined);
  const add = (scope: NameScope, name: string, kind: 'operator' | 'library function'): void => {
    scope.entries.set(name, { name, kind, span: undefined, used: true });
  };
  for (const name of callableOps) add(builtins, name, 'operator');
  for (const name of builtinNames) add(builtins, name, 'library function');
  const prelude = new NameScope(builtins);
  for (const module of modules) {
    if (module.path !== preludePath) continue;
    for (const name of exportedNames(module.file)) add(prelude, name, 'library function');
  }
  for (const module of modules) {
    // The library is the same for everybody, and a test checks each of its files as the root of a program.
    if (isOfLibrary(module.path) && module !== modules.at(-1) && module.isAmended !== true) continue;
    const { path, file } = module;
    const lost = module.isBroken ? lostNames(path, sources.get(path) ?? '', sink.diagnostics) : undefined;
    const checker = new NameChecker(sink, lost, file, observer);
    checkModule(module, module.path === preludePath ? builtins : prelude, checker);
  }
}

function checkModule(module: Module, outer: NameScope, checker: NameChecker): void {
  const { sink } = checker;
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
  if (!module.isBroken) for (const item of items) checkPorts(item, sink);
  const models = new Map<string, NameScope>();
  for (const item of items) {
    if (item.kind === 'block') {
      const inner = checker.open(scope);
      declareParameters(checker, item.parameters, inner);
      for (const { type } of item.parameters) {
        if (isTensorType(type))
          sink.add(report.statementNotAllowed({ span: type.span, what: 'a tensor', where: 'the parameters of a block' }));
      }
      useBody(checker, item.body, inner, 'a block');
    } else if (item.kind === 'function') {
      useFunction(checker, item, scope);
    } else if (item.kind === 'namespace') {
      const members = checker.open(undefined);
      for (const declaration of item.functions) {
        checker.declare(members, declaration.name, 'declaration');
        useFunction(checker, declaration, scope);
      }
    } else if (item.kind === 'model') {
      models.set(item.name.text, useModel(checker, item, scope));
    }
  }
  for (const item of items) {
    if (item.kind !== 'training') continue;
    // A training whose model is misspelled still uses the names of the one model there is.
    const model = models.get(item.model.text) ?? (models.size === 1 ? [...models.values()][0] : undefined);
    if (model) useTraining(checker, item, model);
  }
  checker.finish();
  if (!module.isBroken) checkDeclarations(items, scope, sink);
}

/** Reports declarations of a file with a model that nothing in it uses. Files without one are there for those that import them. */
function checkDeclarations(items: readonly Item[], scope: NameScope, sink: DiagnosticSink): void {
  const model = items.find((item) => item.kind === 'model')?.name.text;
  // What a variant names is looked up when it is applied.
  if (model === undefined || sink.hasErrors || items.some(({ kind }) => kind === 'variant')) return;
  for (const item of items) {
    if (item.kind !== 'block' && item.kind !== 'function' && item.kind !== 'namespace' && item.kind !== 'let') continue;
    const { text: name, span } = item.name;
    const isUsed = scope.entries.get(name)?.used ?? true;
    const what = item.kind === 'let' ? '`let`' : item.kind;
    if (!isUsed && !name.startsWith('_')) sink.add(report.deadDeclaration({ span, what, name, model }));
  }
}

/** Reports a block or a model that gives nothing, and a model that takes nothing. */
function checkPorts(item: Item, sink: DiagnosticSink): void {
  if (item.kind !== 'block' && item.kind !== 'model') return;
  for (const direction of item.kind === 'model' ? (['in', 'out'] as const) : (['out'] as const)) {
    const hasPort = item.body.some((statement) => statement.kind === 'port' && statement.direction === direction);
    if (!hasPort) sink.add(report.missingPort({ span: item.name.span, name: item.name.text, direction }));
  }
}

function declareItem(checker: NameChecker, item: Item, module: Module, scope: NameScope): void {
  if (item.kind === 'import') declareImports(checker, item, module, scope);
  else if (item.kind === 'namespace') checker.declare(scope, item.name, 'declaration', membersOf(item));
  else if (item.kind === 'block' || item.kind === 'function' || item.kind === 'model') checker.declare(scope, item.name, 'declaration');
}

/** Names of the functions of a namespace. */
const membersOf = (item: Item | undefined): Name[] | undefined =>
  item?.kind === 'namespace' ? item.functions.map((declaration) => declaration.name) : undefined;

function declareImports(checker: NameChecker, item: Import, module: Module, scope: NameScope): void {
  const imported = importedModule(module, item);
  const known = imported && exportedNames(imported.file);
  for (const { name, alias } of item.names) {
    const original = imported?.file.items.find((other) => other.kind === 'namespace' && other.name.text === name.text);
    const entry = checker.declare(scope, alias ?? name, 'import', membersOf(original));
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
  declareParameters(checker, declaration.parameters, scope, declaration.body);
  for (const statement of declaration.body) {
    if (statement.kind !== 'let') continue;
    checker.within(() => {
      useExpression(checker, statement.value, scope);
      return checker.declare(scope, statement.name, 'setting');
    });
  }
  useExpression(checker, declaration.result, scope);
}

/** Resolves a model; gives the scope of what its training sees: parameters, settings and values. */
function useModel(checker: NameChecker, model: ModelDeclaration, outer: NameScope): NameScope {
  const scope = checker.open(outer);
  declareParameters(checker, model.parameters, scope);
  useBody(checker, model.body, scope, 'a model');
  const visible = new NameScope(outer, true);
  for (const [name, entry] of scope.entries) {
    // Tensors of the model's own pass have no value in a stage; elaboration says so.
    if (entry.kind !== 'dimension')
      visible.entries.set(name, entry.kind === 'input' || entry.kind === 'output' ? { ...entry, kind: 'value' } : entry);
  }
  return visible;
}
