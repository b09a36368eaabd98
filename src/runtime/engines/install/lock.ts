import { open, readFile, rm } from 'node:fs/promises';
import { operationFailure, systemFailure } from '../../files/index.js';
import { systemErrorCode } from '../../files/system-error.js';

/**
 * Runs `work` while no other process installs or removes the same engine. A lock whose process is gone is taken over.
 * @param path file that exists while the lock is held and carries the holder's process id.
 * @throws RuntimeFailure when another process holds it.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await acquire(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<void> {
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
    if (Number.isInteger(holder) && holder > 0 && isRunning(holder)) {
      throw operationFailure(
        `Another mfnc (process ${holder}) is installing or removing this engine. Wait until it is done and run the command again.`,
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
