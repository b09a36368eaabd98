import { rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode, systemFailure } from './system-error.js';

let temporaries = 0;
/** Temporary files that are being written. */
const unfinished = new Set<string>();

/**
 * Writes a file so that its name never stands for half of it: into a temporary name in the same folder, flushed to the disk, then renamed;
 * the folder is flushed too, so that the new name survives a power cut. When anything fails, the temporary is removed and an older file stays as it was.
 * A file that is replaced hands on its permissions.
 * @param content text (UTF-8), bytes, or bytes in pieces, which are written in turn.
 * @throws RuntimeFailure with one clear sentence (no room, no permission, ...).
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array | readonly Uint8Array[]): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${++temporaries}.partial`);
  if (temporaries === 1) process.once('exit', removeUnfinished);
  unfinished.add(temporary);
  try {
    const handle = await open(temporary, 'wx');
    try {
      const replaced = await stat(path).catch(() => undefined);
      if (replaced?.isFile()) await handle.chmod(replaced.mode & 0o777);
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
  } finally {
    unfinished.delete(temporary);
  }
}

/** A process that ends in the middle of a write, as by a second Ctrl-C, leaves no temporary behind. */
function removeUnfinished(): void {
  for (const temporary of unfinished) rmSync(temporary, { force: true });
}

/**
 * Makes a folder and those above it where they are missing. Not by Node's `recursive`, which never returns where the system refuses new folders with
 * ENOENT, as /proc does.
 * @throws RuntimeFailure
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw systemFailure(error, 'write', path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
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
