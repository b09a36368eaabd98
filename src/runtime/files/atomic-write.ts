import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFolder } from './is-folder.js';
import { withPartial } from './partial.js';
import { synchronizeFolder } from './synchronize.js';
import { systemFailure } from './system-error.js';

/** What a file is to hold: text (UTF-8), bytes, or bytes in pieces, which are written in turn. */
export type FileContent = string | Uint8Array | readonly Uint8Array[];

/**
 * Writes a file so that its name never stands for half of it: into a temporary name in the same folder, flushed to the disk, then renamed;
 * the folder is flushed too, so that the new name survives a power cut. When anything fails, the temporary is removed and an older file stays as it was.
 * A file that is replaced hands on its permissions.
 * @throws RuntimeFailure with one clear sentence (no room, no permission, ...).
 */
export async function writeFileAtomically(path: string, content: FileContent): Promise<void> {
  try {
    await withPartial(path, async (temporary) => {
      const replaced = await stat(path).catch(() => undefined);
      await writeSynchronized(temporary, content, replaced?.isFile() === true ? replaced.mode & 0o777 : undefined);
      await rename(temporary, path);
      await synchronizeFolder(dirname(path));
    });
  } catch (error) {
    throw systemFailure(error, 'write', path);
  }
}

/**
 * Writes a folder with all of its files so that its name never stands for a part of them: aside, every file and the folder itself flushed, then renamed, and the
 * folder above flushed. A folder of that name is replaced: it is moved aside before, and removed afterwards.
 * @param files contents by name. @throws RuntimeFailure as `writeFileAtomically`; what the name stood for is then still there, or nothing.
 */
export async function writeFolderAtomically(path: string, files: ReadonlyMap<string, FileContent>): Promise<void> {
  try {
    await withPartial(path, async (temporary) => {
      await mkdir(temporary);
      for (const [name, content] of files) await writeSynchronized(join(temporary, name), content);
      await synchronizeFolder(temporary);
      if (await isFolder(path)) {
        await withPartial(path, async (former) => {
          await rename(path, former);
          await rename(temporary, path);
          await rm(former, { recursive: true, force: true });
        });
      } else await rename(temporary, path);
      await synchronizeFolder(dirname(path));
    });
  } catch (error) {
    throw systemFailure(error, 'write', path);
  }
}

async function writeSynchronized(path: string, content: FileContent, mode?: number): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    if (mode !== undefined) await handle.chmod(mode);
    for (const piece of typeof content === 'string' || content instanceof Uint8Array ? [content] : content) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
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
