import { spawn } from 'node:child_process';
import { operationFailure } from '../../files/index.js';
import { systemErrorCode } from '../../files/system-error.js';

/** How an external tool ended. */
export interface ToolResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** The program is not on the PATH. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
  constructor(readonly tool: string) {
    super(`${tool} was not found on the PATH`);
  }
}

/**
 * Runs an external program to its end. A non-zero exit code is a result, not a failure.
 * @throws ToolMissing when there is no such program; RuntimeFailure when it could not be started or `signal` was raised.
 */
export function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  const { signal, cwd, environment } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(interrupted());
      return;
    }
    const child = spawn(tool, args, { cwd, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], signal });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      if (signal?.aborted) return;
      // EACCES: there is a file of that name, but it may not be executed.
      if (['ENOENT', 'EACCES'].includes(systemErrorCode(error) ?? '')) reject(new ToolMissing(tool));
      else reject(operationFailure(`${tool} could not be started: ${error.message}.`, error));
    });
    child.on('close', (code) => {
      if (signal?.aborted) reject(interrupted());
      else resolve({ exitCode: code ?? 1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** The failure that ends an installation on Ctrl-C. */
export function interrupted(): Error {
  return operationFailure('Interrupted. Nothing was left half-installed; run the command again to continue.');
}

/** The last line of a tool's output that says something, for use inside a sentence. */
export function lastLine({ stderr, stdout }: ToolResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return (lines.filter((line) => line !== '').at(-1) ?? 'no message').replace(/\.$/, '');
}
