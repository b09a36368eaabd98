import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { CommandFailure } from './failure.js';

/** Folders that hold the sources of others. */
const foreign: ReadonlySet<string> = new Set(['node_modules', 'dist']);

/**
 * The sources that paths stand for: files as they are, of folders every `.mfn` file in them and below, sorted. Hidden folders and `node_modules` are
 * left out, and no file comes twice.
 * @throws CommandFailure where there is none at all.
 */
export function findSources(paths: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const given of paths) {
    const files = isFolder(given) ? sourcesBelow(given) : [given];
    for (const file of files) if (!found.has(path.resolve(file))) found.set(path.resolve(file), file);
  }
  if (found.size === 0) throw new CommandFailure(2, `no .mfn source lies in ${paths.join(' or ')}`);
  return [...found.values()];
}

function isFolder(given: string): boolean {
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Sources in a folder and the folders below it, those of others and hidden ones left out, by name. */
export function sourcesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') || foreign.has(entry.name) ? [] : sourcesBelow(inside);
    return entry.name.endsWith('.mfn') && entry.isFile() ? [inside] : [];
  });
}
