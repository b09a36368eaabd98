import { joinTiles, planTiles } from '../../../../src/runtime/enhance/tiles.js';
import type { FromWorker, ToWorker } from '../messages.js';
import { Backends } from './backends.js';
import { explain } from './failure.js';
import { fetchNetwork } from './network.js';
import { Photograph } from './photograph.js';
import { pixelLimit } from './pixel-limit.js';

declare const self: DedicatedWorkerGlobalScope;

/** The job that is wanted: a later one, or none after `cancel`, ends an earlier one at its next tile. */
let wanted: number | undefined;
let backends: Promise<Backends> | undefined;
/** One photograph at a time. */
let queue: Promise<void> = Promise.resolve();

self.addEventListener('message', ({ data: message }: MessageEvent<ToWorker>) => {
  switch (message.type) {
    case 'start':
      backends = open(message.model, message.backend);
      backends.catch((error: unknown) => post({ type: 'failed', job: undefined, ...explain(error), restart: true }));
      return;
    case 'enhance':
      wanted = message.job;
      queue = queue.then(() => enhance(message.job, message.file));
      return;
    case 'cancel':
      wanted = undefined;
  }
});

async function open(folder: string, backend: Extract<ToWorker, { type: 'start' }>['backend']): Promise<Backends> {
  return Backends.open(await fetchNetwork(folder), backend, ({ name, threads, note }) => post({ type: 'backend', name, threads, note }));
}

/** Ends a job that is no longer wanted. */
class Cancelled extends Error {}

async function enhance(job: number, file: Blob): Promise<void> {
  let photograph: Photograph | undefined;
  try {
    photograph = await Photograph.open(file);
    await enhancePhotograph(job, photograph);
  } catch (error) {
    if (!(error instanceof Cancelled)) post({ type: 'failed', job, ...explain(error) });
  } finally {
    photograph?.close();
  }
}

async function enhancePhotograph(job: number, photograph: Photograph): Promise<void> {
  const plan = planTiles(photograph.width, photograph.height, pixelLimit);
  post({ type: 'opened', job, width: photograph.width, height: photograph.height, tiles: plan.lefts.length * plan.tops.length });
  const ready = await backends;
  if (ready === undefined) throw new Error('the worker was not started');
  const started = performance.now();
  let done = 0;
  await joinTiles(
    plan,
    async (left, top) => {
      await messagesHandled();
      if (wanted !== job) throw new Cancelled();
      const tile = await ready.enhance(photograph.read(left, top, plan.width, plan.height));
      post({ type: 'progress', job, done: ++done });
      return tile;
    },
    (rows, top) => {
      const pixels = photograph.finish(rows, top);
      post({ type: 'rows', job, top, rows: pixels }, [pixels.data.buffer]);
    },
  );
  post({ type: 'finished', job, seconds: (performance.now() - started) / 1000 });
}

/** wasm computes without a pause; only between tiles can a message that cancels come in. */
function messagesHandled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
