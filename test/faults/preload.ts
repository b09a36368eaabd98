// Loaded with --import into a training that is to be killed at a certain call of the file system. MFNC_TEST_FAULT says at which.
import { interceptFileCalls } from './file-calls.js';

/** When a process is killed: before a call, in the middle of what it writes, or after it. */
export type KillMoment = 'before' | 'half' | 'after';

export interface KillAt {
  /** Calls below this folder count. */
  readonly folder: string;
  readonly call: number;
  readonly moment: KillMoment;
}

const { folder, call: wanted, moment }: KillAt = JSON.parse(process.env.MFNC_TEST_FAULT ?? '{}');

async function end(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => undefined);
}

interceptFileCalls(folder, async (call, perform) => {
  if (call.number !== wanted) return perform();
  if (moment === 'half') await call.half();
  const result = moment === 'after' ? await perform() : undefined;
  await end();
  return result;
});
