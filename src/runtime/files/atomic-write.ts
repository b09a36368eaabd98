import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode, systemFailure } from './system-error.js';

let temporaries = 0;

/**
 * Writes a file so that its name never stands for half of it: into a temporary name in the same folder, flushed to the disk, then renamed;
 * the folder is flushed too, so that the new name survives a power cut. When anything fails, the temporary is removed and an older file stays as it was.
 * @param content text (UTF-8), bytes, or bytes in pieces, which are written in turn.
 * @throws RuntimeFailure with one clear sentence (no room, no permission, ...).
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${++temporaries}.partial`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for (const piece of typeof content === 'string' || content instanceof Uint8Array ? [content] : content) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw systemFailure(error, 'write', path);
  }
}

/** Makes a folder and those above it where they are missing. @throws RuntimeFailure */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw systemFailure(error, 'write', path);
  }
}

/** Flushes a folder's list of names. Windows and some network file systems cannot, and need not. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, 'r');
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES', 'EINVAL'].includes(systemErrorCode(error) ?? '')) return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ENOTSUP', 'EISDIR'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}
