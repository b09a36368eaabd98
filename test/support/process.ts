import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** A running `mfnc ARGS...`, from the sources, in a process of its own. */
export interface Mfnc {
  readonly process: ChildProcess;
  /** When it has ended: exit code (null where a signal ended it) and what it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

export function startMfnc(...args: string[]): Mfnc {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', (bytes: Buffer) => (printed[stream] += bytes.toString('utf8')));
  return { process: child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...printed }))) };
}
