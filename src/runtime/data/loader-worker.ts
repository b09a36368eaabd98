import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { RuntimeFailure } from '../files/index.js';
import { claimBatch, isStopped, publishBatch } from './batch-ring.js';
import { PatchSampler } from './patch-sampler.js';
import { PictureStore } from './picture-store.js';
import type { WorkerData, WorkerReply, WorkerRequest } from './worker-messages.js';

/** The thread of a worker: it decodes pictures into the shared memory, cuts patches of them and writes batches into the slots of a ring. */
const port = parentPort as MessagePort;
const { pictures } = workerData as WorkerData;
const store = new PictureStore(pictures, 1);

const reply = (message: WorkerReply): void => port.postMessage(message);

port.on('message', (request: WorkerRequest) => {
  if (request.kind === 'fill') void fill(request.counter);
  else if (request.kind === 'batches') void makeBatches(request);
  else port.close();
});

async function fill(counter: Int32Array): Promise<void> {
  const count = pictures.files.length;
  for (let number = Atomics.add(counter, 0, 1); number < count; number = Atomics.add(counter, 0, 1)) {
    if (!store.keeps(number)) continue;
    const failure = await failureOf(store.get(pictures.files[number] as string));
    reply({ kind: 'filled', number, failed: failure !== undefined });
  }
  reply({ kind: 'full' });
}

async function makeBatches({ ring, id, sources, sampling }: Extract<WorkerRequest, { kind: 'batches' }>): Promise<void> {
  const samplers = sources.map((source) => new PatchSampler(source, store, sampling));
  for (let next = claimBatch(ring); next !== undefined; next = claimBatch(ring)) {
    const { step, targets } = next;
    const failure = await failureOf(Promise.all(samplers.map((sampler) => sampler.write(step, targets))));
    if (isStopped(ring)) return;
    if (failure !== undefined) return reply({ kind: 'failed', id, step, failure });
    publishBatch(ring, step);
    reply({ kind: 'ready', id });
  }
}

/** What the user did wrong, or the machine has not; what else is thrown is a mistake of mfnc and ends the thread. */
async function failureOf(work: Promise<unknown>): Promise<Extract<WorkerReply, { kind: 'failed' }>['failure'] | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof RuntimeFailure) return { kind: error.kind, message: error.message };
    if (!(error instanceof RangeError) || !/allocation/i.test(error.message)) throw error;
    return {
      kind: 'operation',
      message: `There is no memory to decode a picture (${error.message}). Set a smaller loader.cache or fewer loader.workers.`,
    };
  }
}
