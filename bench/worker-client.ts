import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FailureAnswer, MemoryAnswer, OutputAnswer, PreparedAnswer, RunAnswer, WorkerCommand } from './protocol.js';

type Answer<C extends WorkerCommand> = C extends { command: 'prepare' }
  ? PreparedAnswer
  : C extends { command: 'run' }
    ? RunAnswer
    : C extends { command: 'output' }
      ? OutputAnswer
      : MemoryAnswer;

/** A long-lived process on one side of the comparison. It answers one command after the other. */
export class WorkerClient {
  private readonly answers: AsyncIterator<string>;
  private stderr = '';

  private constructor(private readonly child: ChildProcess) {
    if (child.stdout === null || child.stderr === null) throw new Error('a worker needs pipes');
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-2000);
    });
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Process id, for tools that tell what a process uses. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Starts `command args...` in `directory` with pipes on all its streams. */
  static start(
    command: string,
    args: readonly string[],
    directory: string,
    environment: Readonly<Record<string, string>> = {},
  ): WorkerClient {
    const child = spawn(command, args, { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    // A failure to start is seen as the end of the answers.
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    return new WorkerClient(child);
  }

  /** @throws Error with the worker's own words when it fails or ends. */
  async ask<C extends WorkerCommand>(command: C): Promise<Answer<C>> {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
    for (;;) {
      const line = await this.answers.next();
      if (line.done === true) throw new Error(this.lastWords());
      // Libraries print to standard output too; answers are the lines that are JSON objects.
      if (!line.value.startsWith('{')) continue;
      const answer = JSON.parse(line.value) as Answer<C> | FailureAnswer;
      if ('failure' in answer) throw new Error(answer.failure);
      return answer;
    }
  }

  /** The line of its standard error that names an error, else the last one. */
  private lastWords(): string {
    const lines = this.stderr.trim().split('\n');
    return lines.findLast((line) => /^\s*\w*Error\b/.test(line))?.trim() ?? (lines.at(-1) || 'the worker ended without a word');
  }

  /** Ends the worker by closing its input. */
  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.pid === undefined) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    const impatient = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(impatient);
  }
}
