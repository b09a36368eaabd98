import { open, readFile, rm } from 'node:fs/promises';
import { operationFailure } from './failure.js';
import { systemErrorCode, systemFailure } from './system-error.js';

/** Locks of this process. */
const held = new Set<string>();

/**
 * Runs `work` while no other process of mfnc does the same. A lock whose process is gone is taken over.
 * @param path file that exists while the lock is held and carries the holder's process id.
 * @param activity what the other process does, in its message: 'is training into runs/lol'.
 * @throws RuntimeFailure when another process holds it.
 */
export async function withLock<T>(path: string, activity: string, work: () => Promise<T>): Promise<T> {
  await acquire(path, activity);
  held.add(path);
  try {
    return await work();
  } finally {
    held.delete(path);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, activity: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(path, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return;
    } catch (error) {
      if (systemErrorCode(error) !== 'EEXIST') throw systemFailure(error, 'write', path);
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    // Our own number in a lock that we do not hold is that of a process that is gone: numbers are given again, above all in containers.
    if (Number.isInteger(holder) && holder > 0 && (holder === process.pid ? held.has(path) : isRunning(holder))) {
      throw operationFailure(
        `Another mfnc (process ${holder}) ${activity}. Wait until it is done and run the command again; if it is no mfnc, remove ${path}.`,
      );
    }
    await rm(path, { force: true });
  }
  throw operationFailure(`${path}: could not take the lock. Remove the file and run the command again.`);
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but belongs to another user.
    return systemErrorCode(error) === 'EPERM';
  }
}
