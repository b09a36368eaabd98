import { rmSync, writeFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { withLock } from '../../src/runtime/files/lock.js';

/**
 * Takes a lock again and again beside others that do the same, and at last ends within it by a kill, so that it stays behind.
 * Arguments: the lock, a file that only one process may ever make at a time, and how often the lock is to be had. Prints `overlap` where that file was there.
 */
const [lock, inside, rounds] = process.argv.slice(2) as [string, string, string];
for (let taken = 0; taken < Number(rounds); ) {
  try {
    await withLock(lock, 'races', async () => {
      try {
        writeFileSync(inside, String(process.pid), { flag: 'wx' });
      } catch {
        process.stdout.write('overlap\n');
        process.exit(1);
      }
      await turn();
      taken++;
      rmSync(inside);
      if (taken === Number(rounds)) process.kill(process.pid, 'SIGKILL');
    });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('Another mfnc')) throw error;
    await turn();
  }
}
