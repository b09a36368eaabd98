import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** MFNC_CACHE: another folder, or `off`. */
export const cacheVariable = 'MFNC_CACHE';

/**
 * Where compiled graphs are kept between processes; undefined where MFNC_CACHE is `off`.
 * XDG_CACHE_HOME counts only when it is absolute (XDG Base Directory Specification).
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = environment[cacheVariable];
  if (chosen === 'off') return undefined;
  if (chosen !== undefined && chosen !== '') return chosen;
  const cacheHome = environment.XDG_CACHE_HOME;
  const base = cacheHome !== undefined && isAbsolute(cacheHome) ? cacheHome : join(environment.HOME ?? homedir(), '.cache');
  return join(base, 'mfnc', 'graphs');
}
