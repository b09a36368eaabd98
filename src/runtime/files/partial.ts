import { rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode, systemFailure } from './system-error.js';

let count = 0;
/** Temporary files and folders that are being written. */
const unfinished = new Set<string>();

/**
 * Does work on a temporary name beside `path`, `.NAME.PROCESS-COUNT.partial`, and removes what is left under it, also when the process ends in the middle, as
 * by a second Ctrl-C. What a process leaves that is killed outright is for `removePartials`.
 */
export async function withPartial<T>(path: string, work: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++count}.partial`);
  if (count === 1) process.once('exit', removeUnfinished);
  unfinished.add(temporary);
  try {
    return await work(temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  } finally {
    unfinished.delete(temporary);
  }
}

/** Whether a name in a folder is one that `withPartial` gives. */
export const isPartial = (name: string): boolean => /^\..+\.\d+-\d+\.partial$/.test(name);

/**
 * Removes from a folder what interrupted writes have left there. A folder that is not there has none.
 * @returns the paths removed. @throws RuntimeFailure
 */
export async function removePartials(folder: string): Promise<string[]> {
  try {
    const left = (await readdir(folder)).filter(isPartial).map((name) => join(folder, name));
    for (const path of left) await rm(path, { recursive: true, force: true });
    return left;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw systemFailure(error, 'write', folder);
  }
}

function removeUnfinished(): void {
  for (const temporary of unfinished) rmSync(temporary, { recursive: true, force: true });
}
