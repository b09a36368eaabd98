import { link, open, readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { operationFailure } from './failure.js';
import { withPartial } from './partial.js';
import { systemErrorCode, systemFailure } from './system-error.js';

/** Locks that this process holds, or is about to take. */
const held = new Set<string>();

/**
 * Runs `work` while no other process of mfnc does the same. A lock whose process is gone is taken over, by one process at most.
 * @param path file that exists while the lock is held and carries the holder's process id.
 * @param activity what the other process does, in its message: 'is training into runs/lol'.
 * @throws RuntimeFailure when another process holds it.
 */
export async function withLock<T>(path: string, activity: string, work: () => Promise<T>): Promise<T> {
  if (held.has(path)) throw heldBy(process.pid, path, activity);
  held.add(path);
  try {
    const holder = await take(path);
    if (holder !== undefined) throw heldBy(holder, path, activity);
    try {
      return await work();
    } finally {
      await release(path);
    }
  } finally {
    held.delete(path);
  }
}

const heldBy = (holder: number, path: string, activity: string): Error =>
  operationFailure(
    `Another mfnc (process ${holder}) ${activity}. Wait until it is done and run the command again; if it is no mfnc, remove ${path}.`,
  );

const attempts = 200;
const pauseMilliseconds = 10;

/**
 * Takes a lock. Its file appears with the process id in it. One that is left of a process that is gone is removed under a lock of its own, so that nobody removes
 * what another has put in its place meanwhile; only its holder removes the lock of a process that runs.
 * @returns the process that holds the lock; undefined where it was taken. @throws RuntimeFailure
 */
async function take(path: string): Promise<number | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await create(path)) return undefined;
    const found = await contentOf(path);
    if (found === undefined) continue;
    const holder = runningHolder(found);
    if (holder !== undefined) return holder;
    // Where links are unknown, a lock is empty for a moment before the number is in it.
    const isLeft = found !== '' || attempt > attempts / 2;
    if (!isLeft || !(await removeLeft(path, found))) await pause(pauseMilliseconds);
  }
  throw operationFailure(`${path}: could not take the lock. Remove the file and run the command again.`);
}

/** Removes a lock whose process is gone, unless another has done so. @returns whether nobody else is at it. */
async function removeLeft(path: string, left: string): Promise<boolean> {
  const guard = `${path}.takeover`;
  if ((await take(guard)) !== undefined) return false;
  try {
    const found = await contentOf(path);
    if (found === left && runningHolder(found) === undefined) await rm(path, { force: true });
    return true;
  } finally {
    await release(guard);
  }
}

/** Removes a lock of this process. One that cannot be removed is in nobody's way: it is taken over once the process is gone. */
const release = (path: string): Promise<void> => rm(path, { force: true }).catch(() => undefined);

/** What links that a file system does not know are refused with. */
const withoutLinks: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Makes the file of a lock. @returns whether it could be made, as there was none. @throws RuntimeFailure */
async function create(path: string): Promise<boolean> {
  try {
    return await withPartial(path, async (temporary) => {
      await write(temporary);
      const isMade = await linkTo(temporary, path);
      await rm(temporary, { force: true });
      return isMade;
    });
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw systemFailure(error, 'write', path);
  }
}

async function linkTo(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    // The holder of the lock may have cleared the folder of temporary files.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (!withoutLinks.has(code)) throw error;
    await write(path);
    return true;
  }
}

async function write(path: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(String(process.pid));
  } finally {
    await handle.close();
  }
}

/** @returns undefined where there is no file. @throws RuntimeFailure */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw systemFailure(error, 'read', path);
  }
}

/** The process of a lock's content where it runs. Our own number, in a lock that we only try to take, is that of one that is gone: numbers are given again, above all in containers. */
function runningHolder(content: string): number | undefined {
  const holder = Number(content);
  return Number.isInteger(holder) && holder > 0 && holder !== process.pid && isRunning(holder) ? holder : undefined;
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
