import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';

/** The absolute path of a file without symbolic links, so that two names of one file are equal; of a file that does not exist, the path made absolute. */
export async function realName(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
