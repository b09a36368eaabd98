import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** A running program, as `mfnc ARGS...` from the sources, in a process of its own. */
export interface Mfnc {
  readonly process: ChildProcess;
  /** When it has ended: exit code (null where a signal ended it) and what it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

export const startMfnc = (...args: string[]): Mfnc => startMfncIn(project, ...args);

/** The same with another working directory. */
export const startMfncIn = (folder: string, ...args: string[]): Mfnc => start(folder, 'src/cli/main.ts', args);

/** A program of the tests, `test/support/lock-racer.ts`, in a process of its own. */
export const startProgram = (path: string, ...args: string[]): Mfnc => start(project, path, args);

function start(folder: string, program: string, args: readonly string[]): Mfnc {
  const child = spawn(process.execPath, ['--import', loader, join(project, program), ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', (bytes: Buffer) => (printed[stream] += bytes.toString('utf8')));
  return { process: child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, ...printed }))) };
}
