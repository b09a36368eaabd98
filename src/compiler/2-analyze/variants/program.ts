import type { BlockDeclaration, FunctionDeclaration, Import, SourceFile } from '../../1-parse/ast.js';
import type { DiagnosticSink } from '../diagnostic-sink.js';
import { libraryModules, type ModuleLoader, type ParsedSource } from '../modules/modules.js';
import type { SourceHost } from '../options.js';
import { applyEdits } from './apply-edits.js';
import { type Amendment, duplicateVariants, findChain } from './chain.js';
import type { ImportedDeclaration, PlaceContext } from './expression-places.js';
import { mergeDeclarations } from './merge.js';
import type { OverrideSource } from './overrides.js';
import { parseReference } from './reference.js';
import type { ReplacementContext } from './replace-block.js';

/** The source tree that a reference and overrides mean. */
export interface AmendedProgram {
  /** Undefined, after diagnostics, where an edit or an override is wrong. */
  readonly source: ParsedSource | undefined;
  /** The variants that were applied, the nearest to the model first. */
  readonly amendments: readonly Amendment[];
  /** The source that they amend, as it is without them. */
  readonly base: SourceFile | undefined;
}

/**
 * Reads what a reference, `FILE` or `FILE#VARIANT`, leads to, and applies the edits of its variants, then the overrides.
 * @returns undefined where there is no such file.
 */
export function amendedProgram(
  reference: string,
  overrides: readonly OverrideSource[],
  host: SourceHost,
  loader: ModuleLoader,
  sink: DiagnosticSink,
): AmendedProgram | undefined {
  const whole = loader.readSource(reference);
  const { file, variant } = whole ? { file: reference, variant: undefined } : parseReference(reference);
  const start = whole ?? loader.readSource(file);
  if (!start) return undefined;
  const duplicates = duplicateVariants(start.file);
  for (const diagnostic of duplicates) sink.add(diagnostic);
  if (duplicates.length > 0) return { source: undefined, amendments: [], base: undefined };
  const chain = findChain(start, variant, {
    resolve: (from, specifier) => host.resolve(from, specifier),
    readSource: (path) => loader.readSource(path),
  });
  if ('code' in chain) {
    sink.add(chain);
    return { source: undefined, amendments: [], base: undefined };
  }
  const { amendments, base, isBroken } = chain;
  // Where a part could not be understood, a path may lead to nothing for that reason only.
  if (isBroken && amendments.length > 0) return { source: undefined, amendments, base };
  const program = applyAll(base, amendments, overrides, loader, sink);
  return { source: program && { file: program, isBroken }, amendments, base };
}

function applyAll(
  base: SourceFile,
  amendments: readonly Amendment[],
  overrides: readonly OverrideSource[],
  loader: ModuleLoader,
  sink: DiagnosticSink,
): SourceFile | undefined {
  let current = base;
  const merged = new Set([base.path]);
  let isSound = true;
  const apply = (edits: Parameters<typeof applyEdits>[1]): void => {
    const { file, imported, diagnostics } = applyEdits(current, edits, contextOf(current, loader));
    for (const diagnostic of diagnostics) sink.add(diagnostic);
    for (const other of imported) loader.amend(other);
    isSound &&= diagnostics.length === 0;
    current = file;
  };
  for (const { variant, file } of amendments) {
    if (isSound) apply(variant.edits);
    if (!merged.has(file.path)) current = mergeDeclarations(current, file, (item) => loader.resolveImport(item));
    merged.add(file.path);
  }
  if (!isSound) return undefined;
  for (const { file, text, edits, diagnostics } of overrides) {
    loader.sources.set(file, text);
    for (const diagnostic of diagnostics) sink.add(diagnostic);
    isSound &&= diagnostics.length === 0;
    // One after the other, as a later argument has the last word.
    for (const edit of edits) apply([edit]);
  }
  return isSound ? current : undefined;
}

/**
 * What edits have to know of the names of a file.
 * @param importedFiles gets the files that it leads to
 */
export function contextOf(
  file: SourceFile,
  loader: ModuleLoader,
  importedFiles: Set<SourceFile> = new Set(),
): PlaceContext & ReplacementContext {
  const imported = (item: Import, name: string): ImportedDeclaration | undefined => {
    const from = loader.readSource(loader.resolveImport(item))?.file;
    const declaration = from?.items.find((other) => 'name' in other && 'text' in other.name && other.name.text === name);
    if (!from || !declaration || declaration.kind === 'model' || !('kind' in declaration)) return undefined;
    if (declaration.kind === 'import' || declaration.kind === 'training' || declaration.kind === 'variant') return undefined;
    importedFiles.add(from);
    return { declaration, file: from, context: contextOf(from, loader, importedFiles) };
  };
  const declarationOf = (name: string): BlockDeclaration | FunctionDeclaration | undefined => {
    for (const item of file.items) {
      if ((item.kind === 'block' || item.kind === 'function') && item.name.text === name) return item;
      if (item.kind !== 'import') continue;
      const entry = item.names.find((other) => (other.alias ?? other.name).text === name);
      const found = entry && imported(item, entry.name.text)?.declaration;
      if (found?.kind === 'block' || found?.kind === 'function') return found;
    }
    return undefined;
  };
  return {
    imported,
    importedFiles: () => [...importedFiles],
    libraryModuleOf: (name) => libraryModules().get(name),
    textOf: ({ file: path, start, end }) => loader.sources.get(path)?.slice(start, end) ?? '',
    signatureOf: (name) => {
      const declaration = declarationOf(name);
      return (
        declaration && {
          parameters: declaration.parameters.map((parameter) => parameter.name.text),
          isFunction: declaration.kind === 'function',
        }
      );
    },
    blockOf: (name) => {
      const declaration = declarationOf(name);
      return declaration?.kind === 'block' ? declaration : undefined;
    },
  };
}
