import type { Import, SourceFile } from '../../1-parse/ast.js';
import { parse } from '../../1-parse/index.js';
import { didYouMean, replacement, report } from '../../diagnostics/index.js';
import { standardLibrary } from '../../stdlib/sources.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import type { SourceHost } from '../options.js';

/** A source file with the modules that it imports. */
export interface Module {
  readonly path: string;
  readonly file: SourceFile;
  /** Whether parts of the text could not be understood, so that names may be missing. */
  readonly isBroken: boolean;
  /** Modules by specifier; without those that could not be read. */
  readonly imports: Map<string, Module>;
}

export const preludePath = 'std/prelude';

const isOfLibrary = (specifier: string): boolean => specifier.startsWith('std/');

const parsedLibrary = new Map<string, ReturnType<typeof parse>>();

/** The library never changes, so that an editor or a test that analyses often parses it once. */
function parseOnce(path: string, text: string): ReturnType<typeof parse> {
  const parsed = parsedLibrary.get(path) ?? parse(path, text);
  parsedLibrary.set(path, parsed);
  return parsed;
}

/** Names that other files can import from a file. */
export function exportedNames(file: SourceFile): string[] {
  return file.items.flatMap((item) =>
    item.kind === 'block' || item.kind === 'function' || item.kind === 'namespace' || item.kind === 'let' ? [item.name.text] : [],
  );
}

/** The module of the standard library that each of its names is imported from. */
export function libraryModules(): Map<string, string> {
  const modules = new Map<string, string>();
  for (const [path, text] of standardLibrary) {
    if (path === preludePath) continue;
    for (const name of exportedNames(parseOnce(path, text).file)) modules.set(name, path);
  }
  return modules;
}

/** Reads a source and all that it imports, each once. */
export class ModuleLoader {
  readonly sources = new Map<string, string>();
  /** Imported modules before those that import them. */
  readonly modules: Module[] = [];
  private readonly loaded = new Map<string, Module>();
  private readonly loading: string[] = [];

  constructor(
    private readonly host: SourceHost,
    private readonly sink: DiagnosticSink,
  ) {}

  /** The module at a path; undefined where the source cannot be read. */
  load(path: string): Module | undefined {
    const known = this.loaded.get(path);
    if (known) return known;
    const text = isOfLibrary(path) ? standardLibrary.get(path) : this.host.read(path);
    if (text === undefined) return undefined;
    this.sources.set(path, text);
    const { file, diagnostics } = isOfLibrary(path) ? parseOnce(path, text) : parse(path, text);
    for (const diagnostic of diagnostics) this.sink.add(diagnostic);
    const isBroken = diagnostics.some(({ severity }) => severity === 'error');
    const module: Module = { path, file, isBroken, imports: new Map() };
    this.loading.push(path);
    for (const item of file.items) if (item.kind === 'import') this.loadImport(item, module);
    this.loading.pop();
    this.loaded.set(path, module);
    this.modules.push(module);
    return module;
  }

  private loadImport({ from }: Import, module: Module): void {
    const specifier = from.value;
    const path = isOfLibrary(specifier) ? specifier : this.host.resolve(module.path, specifier);
    const cycle = this.loading.indexOf(path);
    if (cycle >= 0) {
      const chain = [...this.loading.slice(cycle), path].join(' -> ');
      this.sink.add(report.importCycle({ span: from.span, chain }));
      return;
    }
    const imported = this.load(path);
    if (imported) module.imports.set(specifier, imported);
    else this.reportMissing(from);
  }
  private reportMissing({ value: specifier, span }: Import['from']): void {
    const candidates = didYouMean(specifier, standardLibrary.keys());
    const [only, ...others] = candidates;
    const fix = only !== undefined && others.length === 0 ? replacement(span, `"${only}"`) : undefined;
    this.sink.add(report.moduleNotFound({ span, specifier, candidates, fix }));
  }
}
