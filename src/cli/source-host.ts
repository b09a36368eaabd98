import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { SourceHost } from '../compiler/index.js';

/** Reads .mfn sources from the disk; paths stay as the user wrote them, imports are relative to the importing file. */
export function createSourceHost(): SourceHost {
  return {
    read(file) {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    },
    resolve(fromPath, specifier) {
      if (path.isAbsolute(specifier)) return path.normalize(specifier);
      return path.join(path.dirname(fromPath), specifier);
    },
    siblings: sourcesBeside,
  };
}

/** Names of the sources in the folder of a file, in order; none where it cannot be read. */
export function sourcesBeside(file: string): string[] {
  try {
    return readdirSync(path.dirname(file))
      .filter((name) => name.endsWith('.mfn'))
      .sort();
  } catch {
    return [];
  }
}

/** Why a file cannot be read, in words ('no such file', 'it is a folder'); undefined when it can. */
export function whyUnreadable(file: string): string | undefined {
  try {
    // The compiler reads the text itself; here a look at the entry is enough.
    accessSync(file, constants.R_OK);
    const entry = statSync(file);
    if (entry.isDirectory()) return 'it is a folder';
    return entry.size < 2 ** 31 ? undefined : 'it is larger than 2 GiB';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Record<string, string> = {
      ENOENT: 'no such file',
      ENOTDIR: 'no such file',
      EACCES: 'permission denied',
      EPERM: 'permission denied',
      ENAMETOOLONG: 'its name is too long',
    };
    return reasons[code] ?? (error instanceof Error ? error.message : String(error));
  }
}
