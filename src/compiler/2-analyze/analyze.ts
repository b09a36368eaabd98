import type { ModelDeclaration, TrainingDeclaration } from '../1-parse/ast.js';
import { type Diagnostic, didYouMean, report } from '../diagnostics/index.js';
import type { IR } from '../ir/ir.js';
import { DiagnosticSink } from './diagnostic-sink.js';
import { ConstraintRecorder } from './elaborate/constraints.js';
import { Elaboration, limits } from './elaborate/context.js';
import { Environment } from './elaborate/environment.js';
import { elaborateModel, modelEntry } from './elaborate/model.js';
import { countOperations, countParameters } from './elaborate/weight-signature.js';
import { moduleEnvironments } from './modules/module-environments.js';
import { type Module, ModuleLoader, preludePath } from './modules/modules.js';
import { checkNames } from './names/check-names.js';
import type { CompileOptions, SourceHost } from './options.js';
import { elaborateTraining, reachableFrom } from './training/training.js';

/** What analysing a source gives. */
export interface AnalyzeResult {
  /** Only when there is no error, and the source has a model. */
  readonly ir?: IR;
  /** Errors and warnings, in the order of their places. */
  readonly diagnostics: Diagnostic[];
  /** Texts of all sources that were read, by path, for printing diagnostics. */
  readonly sources: Map<string, string>;
  /** The source trees that were read, imported modules before those that import them. */
  readonly modules: readonly Module[];
}

/**
 * Reads the source at `path` with all that it imports, checks it and elaborates its model and training. Everything that is wrong is reported
 * in one run; nothing that a user can write makes it throw.
 */
export function analyze(path: string, host: SourceHost, options: CompileOptions = {}): AnalyzeResult {
  const sink = new DiagnosticSink();
  const loader = new ModuleLoader(host, sink);
  loader.load(preludePath);
  const root = loader.load(path);
  if (!root) sink.add(report.sourceUnreadable({ span: { file: path, start: 0, end: 0 }, path, reason: 'no such file' }));
  checkNames(loader.modules, sink, options.observer);
  const ir = root && elaborate(root, loader.modules, options, sink);
  const result = { diagnostics: sink.diagnostics, sources: loader.sources, modules: loader.modules };
  return ir && !sink.hasErrors ? { ir, ...result } : result;
}

function elaborate(root: Module, modules: readonly Module[], options: CompileOptions, sink: DiagnosticSink): IR | undefined {
  const state = new Elaboration(sink, new ConstraintRecorder(), options.observer);
  const environments = moduleEnvironments(modules, state);
  const outer = environments.get(root.path) ?? new Environment();
  const { declaration, training } = selectModel(root, options, sink);
  if (!declaration) return undefined;
  const model = elaborateModel(declaration, outer, options.parameters ?? {}, state);
  const trained = training && elaborateTraining(training, declaration, model, outer, options.settings ?? {}, state);
  const { definition } = model;
  if (!definition || state.exhausted || (training && !trained)) return undefined;
  const definitions = new Map(state.definitions.map((other) => [other.id, other]));
  const roots = [definition.id, ...(trained?.stages ?? []).map((stage) => stage.definition)];
  const used = new Set(
    roots.flatMap((id) => {
      const found = definitions.get(id);
      return found ? reachableFrom(found, definitions) : [];
    }),
  );
  const counts = countParameters(state.definitions);
  const operations = countOperations(state.definitions);
  for (const id of roots) {
    if ((operations.get(id) ?? 0) > limits.operations) {
      const { span } = declaration.name;
      sink.add(
        report.limitReached({ span, what: `the number of operations of \`${id}\`, its blocks included,`, limit: limits.operations }),
      );
      return undefined;
    }
    const count = counts.get(id) ?? 0;
    if (count > limits.parameters) {
      const { span, text: name } = declaration.name;
      sink.add(report.tooManyParameters({ span, name, count: String(count), limit: String(limits.parameters) }));
      return undefined;
    }
  }
  return {
    ir: 1,
    language: 1,
    source: root.path,
    definitions: state.definitions.filter((other) => used.has(other)),
    model: modelEntry(declaration, model, definition, state),
    ...(trained ? { training: trained } : {}),
  };
}

/** The one model of a file and the one training of it. */
function selectModel(
  root: Module,
  options: CompileOptions,
  sink: DiagnosticSink,
): { readonly declaration: ModelDeclaration | undefined; readonly training: TrainingDeclaration | undefined } {
  const { items } = root.file;
  const [declaration, ...otherModels] = items.filter((item): item is ModelDeclaration => item.kind === 'model');
  for (const { name } of otherModels) {
    const related = declaration ? [{ message: 'the first one stands here', span: declaration.name.span }] : [];
    sink.add(report.severalModels({ span: name.span, name: name.text, related }));
  }
  const trainings = items.filter((item): item is TrainingDeclaration => item.kind === 'training');
  const names = declaration ? [declaration.name.text] : [];
  const [training, ...others] = trainings.filter(({ model }) => names.includes(model.text));
  for (const { model } of trainings) {
    if (names.includes(model.text) || otherModels.some(({ name }) => name.text === model.text) || root.isBroken) continue;
    sink.add(report.unknownModel({ span: model.span, name: model.text, candidates: didYouMean(model.text, names) }));
  }
  for (const { model } of others) {
    const related = training ? [{ message: 'the first one stands here', span: training.model.span }] : [];
    sink.add(report.severalTrainings({ span: model.span, related }));
  }
  if (!declaration && options.requireModel !== false && !sink.hasErrors) {
    sink.add(report.missingModel({ span: { file: root.path, start: 0, end: 0 } }));
  }
  return { declaration, training };
}
