import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NetworkAnswers, NetworkFailure, NetworkRequest } from './protocol.js';

/** From the sources, in tests and while developing, the worker is TypeScript as this file is. */
const extension = extname(fileURLToPath(import.meta.url));
const worker = fileURLToPath(new URL(`worker${extension}`, import.meta.url));

/** A process that holds one network on one engine. It answers one request after the other. */
export class NetworkProcess {
  private readonly child: ChildProcess;
  private stderr = '';

  constructor() {
    this.child = fork(worker, [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [...(extension === '.ts' ? ['--import', 'tsx'] : []), '--expose-gc'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-2000);
    });
    // A failure to start, or to send, is met as the end of the process.
    this.child.on('error', () => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** @throws Error with the process's own words where it fails or ends. */
  ask<R extends NetworkRequest>(request: R): Promise<NetworkAnswers[R['command']]> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        this.child.off('message', onMessage);
        this.child.off('close', onClose);
        finish();
      };
      const onMessage = (message: unknown): void =>
        settle(() => {
          const answer = message as NetworkAnswers[R['command']] | NetworkFailure;
          if ('failure' in answer) reject(new Error(answer.failure));
          else resolve(answer);
        });
      const onClose = (code: number | null, signal: string | null): void => settle(() => reject(new Error(this.lastWords(code, signal))));
      this.child.on('message', onMessage);
      this.child.on('close', onClose);
      if (this.child.exitCode !== null || this.child.signalCode !== null) onClose(this.child.exitCode, this.child.signalCode);
      else this.child.send(request, () => undefined);
    });
  }

  /** Ends the process at once. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  private lastWords(code: number | null, signal: string | null): string {
    if (signal === 'SIGKILL') return 'its process was ended by the system (SIGKILL), as happens where memory runs out';
    const lines = this.stderr.trim().split('\n');
    const words = lines.findLast((line) => /^\s*\w*Error\b/.test(line))?.trim() ?? lines.at(-1) ?? '';
    return `its process ended with ${signal ?? `exit code ${code}`}${words === '' ? '' : `: ${words}`}`;
  }
}
