import type { Import, Name, SourceFile } from '../../1-parse/ast.js';
import { didYouMean, editDistance, type Fix, report, type Span } from '../../diagnostics/index.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import { libraryModules } from '../modules/modules.js';
import type { AnalysisObserver } from '../observer.js';
import { adviceFor, valueWords } from './foreign-names.js';
import { entriesThatCount } from './liveness.js';
import { type Entry, type NameKind, NameScope, type Statement } from './name-scope.js';

const hiddenKinds: Readonly<Record<NameKind, string>> = {
  operator: 'the operator',
  'library function': 'the library function',
  import: 'the import',
  declaration: 'the declaration',
  parameter: 'the parameter',
  dimension: 'the dimension',
  input: 'the input',
  output: 'the output',
  weight: 'the weight',
  statistic: 'the statistic',
  setting: 'the `let`',
  value: 'the value',
  family: 'the family',
  'loop variable': 'the loop variable',
  'data stream': 'the data stream',
  loss: 'the loss',
};

/** Kinds whose unused names are worth a warning, with the word for them. */
const unusedKinds: Partial<Record<NameKind, string>> = {
  import: 'import',
  parameter: 'parameter',
  input: 'input',
  weight: 'weight',
  statistic: 'statistic',
  setting: '`let`',
  value: 'value',
  family: 'family',
  'data stream': 'data stream',
};

/** Kinds of names that the author does not choose freely: what data calls its streams, what shapes call their extents. */
const givenKinds: readonly NameKind[] = ['dimension', 'data stream'];

/** Unknown names of a file for which a name in scope is suggested; going through all names takes its time. */
const suggestionsLimit = 100;

/** Whether a name is one that an image gives to its extents, which stands nowhere in the source and gives way to any other. */
const isOfImage = ({ kind, span }: Entry): boolean => kind === 'dimension' && span === undefined;

/** Kinds of names that statements give a value to, and that are there for what depends on them. */
const computedKinds: readonly NameKind[] = ['setting', 'value', 'family'];

/** How far two names are from each other; other capitals are hardly a difference. */
const distance = (a: string, b: string): number => (a.toLowerCase() === b.toLowerCase() ? 0.5 : editDistance(a, b));

/** Declares and uses names of one file, and reports what is wrong with them. */
export class NameChecker {
  private readonly opened: NameScope[] = [];
  /** Places of definitions whose names were used before them. */
  private readonly usedEarly = new Set<Span>();
  private unknownNames = 0;
  private statement: Statement = {};
  /** Names of the standard library that are used without an import. */
  private readonly missing: {
    readonly span: Span;
    readonly name: string;
    readonly candidates: readonly string[];
    readonly hint: string | undefined;
  }[] = [];

  constructor(
    readonly sink: DiagnosticSink,
    /** Where parts of the text could not be understood, the names that are missing for that; unused names mean nothing there. */
    private readonly lost: ReadonlySet<string> | undefined,
    private readonly file: SourceFile,
    private readonly observer?: AnalysisObserver,
  ) {}

  open(outer: NameScope | undefined, mayBeHidden = false): NameScope {
    const scope = new NameScope(outer, mayBeHidden);
    this.opened.push(scope);
    return scope;
  }

  declare(scope: NameScope, name: Name, kind: NameKind, members?: readonly Name[]): Entry {
    const { text, span } = name;
    const known = scope.entries.get(text);
    if (known && !isOfImage(known)) {
      const related = known.span ? [{ message: `\`${text}\` is declared here`, span: known.span }] : [];
      this.sink.add(report.duplicateName({ span, name: text, related }));
      return known;
    }
    const around = givenKinds.includes(kind) ? undefined : scope.hiddenBy(text);
    const hidden = around && isOfImage(around) ? undefined : around;
    if (hidden) {
      const related = hidden.span ? [{ message: `${hiddenKinds[hidden.kind]} \`${text}\` stands here`, span: hidden.span }] : [];
      this.sink.add(report.shadowedName({ span, name: text, what: hiddenKinds[hidden.kind], related }));
    }
    scope.later.delete(text);
    const entry: Entry = { name: text, kind, span, used: this.usedEarly.has(span), users: new Set(), members };
    scope.entries.set(text, entry);
    this.observer?.declared(name, entry);
    return entry;
  }

  /** Enters that a statement gives a value to a name that is declared elsewhere. */
  assign(name: Name, entry: Entry): void {
    this.observer?.assigned(name, entry);
  }

  use(scope: NameScope, name: Name): Entry | undefined {
    const { text, span } = name;
    const entry = scope.find(text);
    this.observer?.used(name, entry);
    const later = scope.findLater(text);
    if (later && (!entry || entry.kind === 'output')) {
      this.usedEarly.add(later);
      this.sink.add(report.usedBeforeDefinition({ span, name: text, related: [{ message: 'it gets its value here', span: later }] }));
      return undefined;
    }
    if (entry) {
      entry.used = true;
      entry.users?.add(this.statement);
    } else this.reportUnknown(scope, name);
    return entry;
  }

  /** Resolves what a statement uses; the entry that this gives is the one whose value depends on it. */
  within(resolve: () => Entry | undefined): void {
    const outer = this.statement;
    const statement: Statement = {};
    this.statement = statement;
    const target = resolve();
    if (target) statement.target = target;
    this.statement = outer;
  }

  /** Uses a member of an entry; false where it has members and none of that name. */
  useMember(owner: Entry, name: Name): boolean {
    if (!owner.members) return true;
    const member = owner.members.find(({ text }) => text === name.text);
    if (member) this.observer?.used(name, { name: name.text, kind: 'declaration', span: member.span, used: true });
    return member !== undefined;
  }

  private reportUnknown(scope: NameScope, { text, span }: Name): void {
    if (this.lost?.has(text)) return;
    this.unknownNames += 1;
    const inScope = this.unknownNames > suggestionsLimit ? [] : didYouMean(text, [...scope.allNames(), ...valueWords]);
    // A name that was meant is not unused as well.
    for (const candidate of inScope) {
      const entry = scope.find(candidate);
      if (entry) entry.used = true;
    }
    const library = libraryModules();
    const [importable] = library.has(text) ? [text] : didYouMean(text, library.keys());
    const [nearest] = inScope;
    const isNearer = importable !== undefined && (nearest === undefined || distance(text, importable) < distance(text, nearest));
    const question = importable === text ? '' : `did you mean \`${importable}\`? `;
    const importing = isNearer ? `${question}import it: \`import { ${importable} } from "${library.get(importable)}"\`` : undefined;
    const hint = importable === text ? importing : (adviceFor(text) ?? importing);
    const at = { span, name: text, candidates: inScope, hint };
    if (isNearer && importable === text) this.missing.push(at);
    else this.sink.add(report.unknownName(at));
  }

  /** Reports the names that lack nothing but an import; one fix imports all that come from one module. */
  private reportMissing(): void {
    for (const at of this.missing) {
      const module = libraryModules().get(at.name);
      const names = [...new Set(this.missing.map(({ name }) => name))].filter((name) => libraryModules().get(name) === module);
      const fix = module === undefined ? undefined : this.importing(names, module);
      this.sink.add(report.unknownName({ ...at, fix }));
    }
  }

  /** The fix that imports names: into an import of their module, or into a new one below the others. */
  private importing(names: readonly string[], module: string): Fix | undefined {
    const imports = this.file.items.filter((item): item is Import => item.kind === 'import');
    const last = imports.find(({ from }) => from.value === module)?.names.at(-1);
    const above = (imports.at(-1) ?? this.file.version)?.span;
    const title = `import ${names.map((name) => `\`${name}\``).join(', ')}`;
    const insertion = (file: string, at: number, text: string): Fix => ({ title, edits: [{ span: { file, start: at, end: at }, text }] });
    if (last) {
      const { file, end } = (last.alias ?? last.name).span;
      return insertion(file, end, names.map((name) => `, ${name}`).join(''));
    }
    return above && insertion(above.file, above.end, `\nimport { ${names.join(', ')} } from "${module}"`);
  }

  /** Reports what was declared and never used or never imported, once all of the file has been seen. */
  finish(): void {
    this.reportMissing();
    if (this.lost) return;
    const entries = this.opened.flatMap((scope) => [...scope.entries.values()]);
    const alive = entriesThatCount(entries);
    for (const entry of entries) {
      const { name, kind, span, used, users = new Set() } = entry;
      const what = unusedKinds[kind];
      if (!what || !span || name.startsWith('_')) continue;
      if (!used) this.sink.add(report.unusedName({ span, what, name }));
      else if (computedKinds.includes(kind) && users.size > 0 && !alive.has(entry) && !this.sink.hasErrors) {
        const names = [...new Set([...users].flatMap(({ target }) => (target ? [target.name] : [])))];
        this.sink.add(report.deadValue({ span, what, name, users: names }));
      }
    }
  }
}
