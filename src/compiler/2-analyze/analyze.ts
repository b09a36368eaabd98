import type { ModelDeclaration, SourceFile, TrainingDeclaration } from '../1-parse/ast.js';
import { type Diagnostic, didYouMean, report } from '../diagnostics/index.js';
import type { Definition, IR } from '../ir/ir.js';
import { limits } from '../limits.js';
import { DiagnosticSink } from './diagnostic-sink.js';
import { ConstraintRecorder } from './elaborate/constraints.js';
import { Elaboration } from './elaborate/context.js';
import { Environment } from './elaborate/environment.js';
import { elaborateModel, modelEntry } from './elaborate/model.js';
import { moduleEnvironments } from './modules/module-environments.js';
import { type Module, ModuleLoader, preludePath } from './modules/modules.js';
import { checkNames } from './names/check-names.js';
import type { CompileOptions, SourceHost } from './options.js';
import { elaborateTraining } from './training/training.js';
import type { Amendment } from './variants/chain.js';
import { filePlace } from './variants/file-places.js';
import { withAmendments, withOverrides } from './variants/frames.js';
import { listVariants } from './variants/list-variants.js';
import { assignmentsOf, type OverrideSource, overridesFrom } from './variants/overrides.js';
import type { Place } from './variants/place.js';
import { amendedProgram, contextOf } from './variants/program.js';
import { isOfUnused } from './variants/unused.js';
import { setsWithoutEffect } from './variants/without-effect.js';

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
 * Reads what a reference leads to: `FILE`, which stands for its model or its only variant, or `FILE#VARIANT`; with all that it imports, its variants and
 * the overrides applied. Checks it and elaborates its model and training. Everything that is wrong is reported in one run; nothing that a user can
 * write makes it throw.
 */
export function analyze(reference: string, host: SourceHost, options: CompileOptions = {}): AnalyzeResult {
  const overrides = overridesIn(options);
  const { amendments, base, ...once } = analyzeOnce(reference, host, options, overrides);
  const result = { ...once, diagnostics: withoutUsedElsewhere(once.diagnostics, host) };
  if (result.ir || (amendments.length === 0 && overrides.length === 0)) return result;
  return { ...result, diagnostics: attributed(result.diagnostics, { reference, host, overrides, amendments, base }) };
}

/** A result with the variants that led to it. */
interface AmendedResult extends AnalyzeResult {
  readonly amendments: readonly Amendment[];
  /** The source that the variants amend, as it is without them. */
  readonly base: SourceFile | undefined;
}

function analyzeOnce(reference: string, host: SourceHost, options: CompileOptions, overrides: readonly OverrideSource[]): AmendedResult {
  const sink = new DiagnosticSink();
  const loader = new ModuleLoader(host, sink);
  const program = amendedProgram(reference, overrides, host, loader, sink);
  loader.load(preludePath);
  if (!program) sink.add(report.sourceUnreadable({ span: { file: reference, start: 0, end: 0 }, path: reference, reason: 'no such file' }));
  const amendments = program?.amendments ?? [];
  const root = program?.source && loader.loadSource(program.source);
  if (root) checkNames(loader.modules, loader.sources, sink, options.observer);
  const state = root && new Elaboration(sink, new ConstraintRecorder(), options.observer, root.isBroken);
  const ir = state && elaborate(root, loader.modules, options, state);
  if (ir && program) {
    const edits = [...amendments.flatMap(({ variant }) => variant.edits), ...overrides.flatMap((source) => source.edits)];
    const files = loader.modules.map(({ file }) => file);
    const places = (): Place => filePlace(root.file, contextOf(root.file, loader));
    for (const warning of setsWithoutEffect(edits, files, state.defaults, places)) sink.add(warning);
  }
  const diagnostics = amendments.length === 0 && overrides.length === 0 ? sink.diagnostics : withoutUnused(sink.diagnostics, amendments);
  const result = { diagnostics, sources: loader.sources, modules: loader.modules, amendments, base: program?.base };
  const variant = amendments.at(-1);
  if (!ir || sink.hasErrors) return result;
  return { ...result, ir: variant ? { ...ir, variant: { name: variant.variant.name.value, source: variant.file.path } } : ir };
}

/** What a variant or an override leaves unused of the source that it amends is no mistake of either. */
function withoutUnused(diagnostics: readonly Diagnostic[], amendments: readonly Amendment[]): Diagnostic[] {
  const own = new Set(amendments.map(({ file }) => file.path));
  return diagnostics.filter((diagnostic) => !isOfUnused(diagnostic) || own.has(diagnostic.span.file));
}

/** What one variant of a file does not use, another one may, or the model of the file. */
function withoutUsedElsewhere(diagnostics: Diagnostic[], host: SourceHost): Diagnostic[] {
  const files = new Set(diagnostics.filter(isOfUnused).map(({ span }) => span.file));
  const others = [...files].flatMap((file) => {
    const { variants = [], hasModel = false } = listVariants(file, host) ?? {};
    return variants.length === 0 ? [] : [...(hasModel ? [file] : []), ...variants.map(({ name }) => `${file}#${name}`)];
  });
  if (others.length < 2) return diagnostics;
  const placeOf = ({ code, span: { file, start, end } }: Diagnostic): string => `${code} ${file} ${start} ${end}`;
  const unused = others.map(
    (other) => new Set(analyzeOnce(other, host, { requireModel: false }, []).diagnostics.filter(isOfUnused).map(placeOf)),
  );
  return diagnostics.filter((diagnostic) => !isOfUnused(diagnostic) || unused.every((places) => places.has(placeOf(diagnostic))));
}

/** What was analysed, for telling where a mistake comes from. */
interface Attempt {
  readonly reference: string;
  readonly host: SourceHost;
  readonly overrides: readonly OverrideSource[];
  readonly amendments: readonly Amendment[];
  readonly base: SourceFile | undefined;
}

/** Diagnostics with the variants and overrides that each error comes from: those without which it is not there. */
function attributed(diagnostics: readonly Diagnostic[], attempt: Attempt): Diagnostic[] {
  const { reference, host, overrides, amendments, base } = attempt;
  const errorsOf = (path: string, given: readonly OverrideSource[]): Set<string> =>
    new Set(analyzeOnce(path, host, { requireModel: false }, given).diagnostics.map(keyOf));
  const withoutOverrides = overrides.length === 0 ? undefined : errorsOf(reference, []);
  const ofBase = base && amendments.length > 0 ? errorsOf(base.path, []) : undefined;
  const single = overrides.flatMap((source) => source.edits.map((edit): OverrideSource => ({ ...source, edits: [edit] })));
  const alone = single.length > 1 && single.length <= 16 ? single.map((source) => errorsOf(reference, [source])) : [];
  return diagnostics.map((diagnostic) => {
    const key = keyOf(diagnostic);
    if (diagnostic.severity !== 'error') return diagnostic;
    if (withoutOverrides && !withoutOverrides.has(key)) {
      const guilty = single.filter((_, i) => alone[i]?.has(key) ?? false);
      return withOverrides(diagnostic, guilty.length > 0 ? guilty : single);
    }
    return ofBase?.has(key) === false && base ? withAmendments(diagnostic, amendments, base) : diagnostic;
  });
}

const keyOf = ({ code, span, message }: Diagnostic): string => `${code} ${span.file} ${span.start} ${span.end} ${message}`;

/** All overrides of the options as sources: values given as data are assignments too. */
function overridesIn({ parameters = {}, settings = {}, overrides = [] }: CompileOptions): OverrideSource[] {
  const assignments = [...assignmentsOf(parameters), ...assignmentsOf(settings, 'training.')];
  return assignments.length === 0 ? [...overrides] : [overridesFrom('overrides', assignments), ...overrides];
}

function elaborate(root: Module, modules: readonly Module[], options: CompileOptions, state: Elaboration): IR | undefined {
  const environments = moduleEnvironments(modules, state);
  const outer = environments.get(root.path) ?? new Environment();
  const { declaration, training } = selectModel(root, options, state.sink);
  if (!declaration) return undefined;
  const model = elaborateModel(declaration, outer, state);
  const trained = training && elaborateTraining(training, declaration, model, outer, state);
  const { definition } = model;
  if (!definition || state.exhausted || (training && !trained)) return undefined;
  const { definitions } = state;
  const used = new Set<Definition>();
  for (const root of [definition, ...(trained?.stages ?? []).flatMap((stage) => definitions.get(stage.definition) ?? [])]) {
    if (exceedsLimits(root.id, declaration, state)) return undefined;
    for (const reached of definitions.reachableFrom(root)) used.add(reached);
  }
  return {
    ir: 1,
    language: 1,
    source: root.path,
    definitions: definitions.all.filter((other) => used.has(other)),
    model: modelEntry(declaration, model, definition),
    ...(trained ? { training: trained } : {}),
  };
}

/** Reports a model or a stage that is too large with all its blocks put in place. */
function exceedsLimits(id: string, declaration: ModelDeclaration, { definitions, sink }: Elaboration): boolean {
  const { span, text: name } = declaration.name;
  if (definitions.operationsOf(id) > limits.nodesInPlace) {
    const what = `the number of operations of \`${id}\`, its blocks included,`;
    sink.add(report.limitReached({ span, what, limit: limits.nodesInPlace }));
    return true;
  }
  const count = definitions.parametersOf(id);
  if (count <= limits.parameters) return false;
  sink.add(report.tooManyParameters({ span, name, count: String(count), limit: String(limits.parameters) }));
  return true;
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
