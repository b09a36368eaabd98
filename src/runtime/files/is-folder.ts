import { stat } from 'node:fs/promises';
import { systemFailure } from './system-error.js';

/** Whether a path is that of a folder; what is not there is none. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Whether what lies at a path is a folder. @throws RuntimeFailure when nothing is there, or it cannot be looked at. */
export async function isFolderThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw systemFailure(error, 'read', path);
  }
}
