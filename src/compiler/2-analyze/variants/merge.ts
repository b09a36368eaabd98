import type { Import, Item, SourceFile } from '../../1-parse/ast.js';

/**
 * Adds the declarations beside a variant to the source that it amends. Models, and trainings beside a model, belong to their own file; names that the
 * source has already from the same module are not imported twice.
 * @param resolve the path of the module that an import names.
 */
export function mergeDeclarations(base: SourceFile, own: SourceFile, resolve: (item: Import) => string): SourceFile {
  const hasModel = own.items.some((item) => item.kind === 'model');
  const imports = base.items.filter((item) => item.kind === 'import');
  const added = own.items.flatMap((item): Item[] => {
    if (item.kind === 'import') return newNames(item, imports, base.path, resolve);
    return item.kind === 'variant' || item.kind === 'model' || (item.kind === 'training' && hasModel) ? [] : [item];
  });
  return { ...base, items: [...base.items, ...added] };
}

/** An import without the names that are there; nothing where it has no others. What comes from the amended file itself is there, too. */
function newNames(item: Import, present: readonly Import[], basePath: string, resolve: (item: Import) => string): Import[] {
  const path = resolve(item);
  const isPresent = ({ name, alias }: Import['names'][number]): boolean => {
    const local = (alias ?? name).text;
    if (path === basePath && local === name.text) return true;
    return present.some(
      (other) =>
        resolve(other) === path && other.names.some((known) => known.name.text === name.text && (known.alias ?? known.name).text === local),
    );
  };
  const names = item.names.filter((entry) => !isPresent(entry));
  return names.length === 0 ? [] : [names.length === item.names.length ? item : { ...item, names }];
}
