import type { Import, SourceFile } from '../../1-parse/ast.js';
import { parse } from '../../1-parse/index.js';
import { didYouMean, nearFiles, replacement, report } from '../../diagnostics/index.js';
import { limits } from '../../limits.js';
import { standardLibrary } from '../../stdlib/sources.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import type { SourceHost } from '../options.js';

/** A parsed source, as far as it could be understood. */
export interface ParsedSource {
  readonly file: SourceFile;
  /** Whether parts of the text could not be understood. */
  readonly isBroken: boolean;
  /** Whether the tree is no longer that of the text, as a variant or an override changed it. */
  readonly isAmended?: boolean;
}

/** A source file with the modules that it imports. */
export interface Module extends ParsedSource {
  readonly path: string;
  /** Modules by import; without those that could not be read. */
  readonly imports: ReadonlyMap<string, Module>;
}

/** Tells imports apart: in a variant, the specifiers of one module come from several files and are relative to these. */
const importKey = ({ from }: Import): string => `${from.span.file}\n${from.value}`;

/** The module that an import of another module takes its names from; undefined where it could not be read. */
export const importedModule = (module: Module, item: Import): Module | undefined => module.imports.get(importKey(item));

export const preludePath = 'std/prelude';

export const isOfLibrary = (specifier: string): boolean => specifier.startsWith('std/');

/** Most sources beside the library whose trees are remembered. */
const rememberedSources = 16;
const remembered = new Map<string, { readonly text: string; readonly parsed: ReturnType<typeof parse> }>();

/**
 * Parses a text that was not parsed a moment ago. The library never changes, and a command reads a file for the names of its variants and again for each of
 * them; trees are never changed.
 */
function parseOnce(path: string, text: string): ReturnType<typeof parse> {
  const known = remembered.get(path);
  if (known?.text === text) return known.parsed;
  const parsed = parse(path, text);
  const others = [...remembered.keys()].filter((other) => !isOfLibrary(other));
  if (others.length >= rememberedSources) remembered.delete(others[0] ?? '');
  remembered.set(path, { text, parsed });
  return parsed;
}

/** Names that other files can import from a file. */
export function exportedNames(file: SourceFile): string[] {
  return file.items.flatMap((item) =>
    item.kind === 'block' || item.kind === 'function' || item.kind === 'namespace' || item.kind === 'let' ? [item.name.text] : [],
  );
}

let modulesByName: ReadonlyMap<string, string> | undefined;

/** The module of the standard library that each of its names is imported from. Parses the whole library, so it is asked only where a name is unknown. */
export function libraryModules(): ReadonlyMap<string, string> {
  if (modulesByName) return modulesByName;
  const modules = new Map<string, string>();
  for (const [path, text] of standardLibrary) {
    if (path === preludePath) continue;
    for (const name of exportedNames(parseOnce(path, text).file)) modules.set(name, path);
  }
  modulesByName = modules;
  return modules;
}

/** Reads a source and all that it imports, each once. */
export class ModuleLoader {
  readonly sources = new Map<string, string>();
  /** Imported modules before those that import them. */
  readonly modules: Module[] = [];
  private readonly parsed = new Map<string, ParsedSource>();
  private readonly loaded = new Map<string, Module>();
  private readonly loading: string[] = [];
  private isFull = false;

  constructor(
    private readonly host: SourceHost,
    private readonly sink: DiagnosticSink,
  ) {}

  /** The parsed source at a path, whose mistakes are reported when it is read first; undefined where it cannot be read. */
  readSource(path: string): ParsedSource | undefined {
    const known = this.parsed.get(path);
    if (known) return known;
    const text = isOfLibrary(path) ? standardLibrary.get(path) : this.host.read(path);
    if (text === undefined) return undefined;
    this.sources.set(path, text);
    const { file, diagnostics } = parseOnce(path, text);
    for (const diagnostic of diagnostics) this.sink.add(diagnostic);
    const source = { file, isBroken: diagnostics.some(({ severity }) => severity === 'error') };
    this.parsed.set(path, source);
    return source;
  }

  /** Puts another tree in the place of that of a file, before the file is loaded. */
  amend(file: SourceFile): void {
    this.parsed.set(file.path, { file, isBroken: this.parsed.get(file.path)?.isBroken ?? false, isAmended: true });
  }

  /** Path of the module that an import names. */
  resolveImport({ from }: Import): string {
    return isOfLibrary(from.value) ? from.value : this.host.resolve(from.span.file, from.value);
  }

  /** The module at a path; undefined where the source cannot be read. */
  load(path: string): Module | undefined {
    const known = this.loaded.get(path);
    if (known) return known;
    const source = this.readSource(path);
    return source && this.loadSource(source);
  }

  /** The module of a source tree with all that it imports. The tree need not be that of its file: a variant's is changed. */
  loadSource(source: ParsedSource): Module {
    const { file } = source;
    const { path } = file;
    const imports = new Map<string, Module>();
    const module: Module = { ...source, path, imports };
    this.loading.push(path);
    for (const item of file.items) if (item.kind === 'import') this.loadImport(item, imports);
    this.loading.pop();
    this.loaded.set(path, module);
    this.modules.push(module);
    return module;
  }

  private loadImport(item: Import, imports: Map<string, Module>): void {
    const { from } = item;
    const path = this.resolveImport(item);
    const cycle = this.loading.indexOf(path);
    if (cycle >= 0) {
      const chain = [...this.loading.slice(cycle), path].join(' -> ');
      this.sink.add(report.importCycle({ span: from.span, chain }));
      return;
    }
    if (!this.loaded.has(path) && !this.hasRoom(from)) return;
    const imported = this.load(path);
    if (imported) imports.set(importKey(item), imported);
    else this.reportMissing(from, path);
  }

  /** Whether one more file may be read; reports where not, the number of files once. */
  private hasRoom({ span }: Import['from']): boolean {
    if (this.loading.length >= limits.importDepth) {
      this.sink.add(report.limitReached({ span, what: 'the number of files that import each other', limit: limits.importDepth }));
      return false;
    }
    if (this.loaded.size < limits.modules) return true;
    if (!this.isFull) this.sink.add(report.limitReached({ span, what: 'the number of imported files', limit: limits.modules }));
    this.isFull = true;
    return false;
  }

  private reportMissing({ value: specifier, span }: Import['from'], path: string): void {
    const folder = specifier.slice(0, specifier.lastIndexOf('/') + 1);
    const siblings = isOfLibrary(specifier) ? [] : (this.host.siblings?.(path) ?? []);
    const inFolder = nearFiles(specifier.slice(folder.length), siblings).map((name) => folder + name);
    const candidates = inFolder.length > 0 ? inFolder : didYouMean(specifier, standardLibrary.keys());
    const [only, ...others] = candidates;
    const fix = only !== undefined && others.length === 0 ? replacement(span, `"${only}"`) : undefined;
    this.sink.add(report.moduleNotFound({ span, specifier, candidates, fix }));
  }
}
