import { readFileSync } from 'node:fs';
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
  };
}

/** Why a file cannot be read, in words ('no such file', 'it is a folder'); undefined when it can. */
export function whyUnreadable(file: string): string | undefined {
  try {
    readFileSync(file);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Record<string, string> = {
      ENOENT: 'no such file',
      ENOTDIR: 'no such file',
      EISDIR: 'it is a folder',
      EACCES: 'permission denied',
      EPERM: 'permission denied',
      ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
      ENAMETOOLONG: 'its name is too long',
    };
    return reasons[code] ?? (error instanceof Error ? error.message : String(error));
  }
}
