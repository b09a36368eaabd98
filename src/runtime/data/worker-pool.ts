import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { operationFailure } from '../files/index.js';
import type { WorkerData, WorkerReply, WorkerRequest } from './worker-messages.js';

/** Milliseconds that a worker has to finish what it is at before it is ended. */
const patience = 5000;

/** Threads that load pictures. Once one of them has ended before it was told to, the pool is broken: none of its work can be waited for. */
export class WorkerPool {
  private readonly workers: readonly Worker[];
  private readonly exits: readonly Promise<void>[];
  private broken: Error | undefined;
  private closing = false;
  /** Hears what workers say, and, without a reply, that the pool has broken. */
  listener: (reply?: WorkerReply) => void = () => undefined;

  constructor(count: number, data: WorkerData) {
    this.workers = Array.from({ length: count }, () => startWorker(data));
    this.exits = this.workers.map((worker) => this.follow(worker));
  }

  get size(): number {
    return this.workers.length;
  }

  /** Why the pool is broken. */
  get failure(): Error | undefined {
    return this.broken;
  }

  send(request: WorkerRequest): void {
    for (const worker of this.workers) worker.postMessage(request);
  }

  /** Lets all workers finish what they are at, and ends those that do not. */
  async close(): Promise<void> {
    this.closing = true;
    this.send({ kind: 'close' });
    const impatience = setTimeout(() => {
      for (const worker of this.workers) void worker.terminate();
    }, patience);
    await Promise.all(this.exits);
    clearTimeout(impatience);
  }

  /** @returns what is fulfilled when the worker has ended. */
  private follow(worker: Worker): Promise<void> {
    worker.on('message', (reply: WorkerReply) => this.listener(reply));
    worker.on('error', (error) => this.break(reasonOf(error)));
    return new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (!this.closing) this.break(endedFailure(code));
        resolve();
      });
    });
  }

  private break(reason: Error): void {
    this.broken ??= reason;
    this.listener();
  }
}

function startWorker(workerData: WorkerData): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./loader-worker.js', import.meta.url), { workerData });
  // From the sources, each thread needs tsx, which lets Node load TypeScript; what the process was started with does not reach its threads.
  const loader = new URL('index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')));
  const entry = new URL('./loader-worker.ts', import.meta.url);
  const start = `import(${JSON.stringify(loader.href)}).then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(start, { eval: true, workerData });
}

function reasonOf(error: Error): Error {
  if (!('code' in error) || error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return operationFailure(
    'A thread that loads pictures ran out of memory. Set fewer loader.workers or a smaller loader.cache, and go on with --resume.',
    error,
  );
}

function endedFailure(code: number): Error {
  return operationFailure(
    `A thread that loads pictures ended before its work did (exit code ${code}). Go on with --resume; with loader.workers=0 pictures are loaded without such threads.`,
  );
}
