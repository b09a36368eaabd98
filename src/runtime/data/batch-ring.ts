import type { HostTensor } from '../engines/engine.js';
import { operationFailure } from '../files/index.js';

/** A stream of a batch: its name and the shape of its tensor. */
export interface BatchStream {
  readonly role: string;
  /** [batch, height, width, channels] */
  readonly shape: readonly number[];
}

/**
 * Slots for ready batches that threads share. Workers claim the batches in turn, wait until the slot of theirs is free and fill it; the training takes the batches in order.
 * Batch number s is in slot s modulo the depth, whoever makes it.
 */
export interface SharedRing {
  readonly streams: readonly BatchStream[];
  /** Number of the first batch, and of the one after the last. */
  readonly first: number;
  readonly end: number;
  /** The values of all streams of a batch one after the other, for each slot. */
  readonly slots: readonly Float32Array[];
  /** The next batch to be claimed, how many were taken or that the ring is stopped, and for each slot how many batches were put into it. */
  readonly control: Int32Array;
}

const claimed = 0;
const taken = 1;
const filled = 2;

/**
 * Stands in place of the number of batches taken. A value of its own, which a thread could read before the ring is stopped and then wait for a change that has
 * come already, would leave that thread waiting for ever.
 */
const stopped = -1;

/** Bytes of all slots of a ring whose depth the run file does not say, as far as two slots allow. */
const usualBytes = 2 ** 28;

/** How many batches a ring holds, where the run file does not say it: one more than workers fill, within `usualBytes`, at least two. */
export function usualDepth(workers: number, streams: readonly BatchStream[]): number {
  const bytes = 4 * streams.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return Math.max(2, Math.min(workers + 3, Math.floor(usualBytes / Math.max(1, bytes))));
}

/** @throws RuntimeFailure when there is not enough memory. */
export function makeRing(streams: readonly BatchStream[], first: number, end: number, depth: number): SharedRing {
  const size = streams.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  try {
    const slots = Array.from({ length: depth }, () => new Float32Array(new SharedArrayBuffer(4 * size)));
    return { streams, first, end, slots, control: new Int32Array(new SharedArrayBuffer(4 * (filled + depth))) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw operationFailure(
      `There is no memory for ${depth} ready batches of ${(4e-6 * size).toFixed(0)} MB. Set a smaller loader.prefetch or training.batch.`,
      error,
    );
  }
}

/**
 * Claims the next batch and waits for its slot; blocks the thread, so it is for workers.
 * @returns number of the batch and where its streams go; undefined when there is nothing left to do.
 */
export function claimBatch({
  streams,
  first,
  end,
  slots,
  control,
}: SharedRing): { step: number; targets: Map<string, Float32Array> } | undefined {
  const number = Atomics.add(control, claimed, 1);
  if (first + number >= end) return undefined;
  for (let done = Atomics.load(control, taken); done !== stopped; done = Atomics.load(control, taken)) {
    if (number - done < slots.length)
      return { step: first + number, targets: viewsOf(streams, slots[number % slots.length] as Float32Array) };
    Atomics.wait(control, taken, done);
  }
  return undefined;
}

/** Says that a claimed batch is in its slot. */
export function publishBatch({ first, slots, control }: SharedRing, step: number): void {
  const number = step - first;
  Atomics.store(control, filled + (number % slots.length), Math.floor(number / slots.length) + 1);
}

/** Whether a batch is in its slot. */
export function isReady({ first, slots, control }: SharedRing, step: number): boolean {
  const number = step - first;
  return Atomics.load(control, filled + (number % slots.length)) > Math.floor(number / slots.length);
}

/** Copies the next batch out of its slot, which is free then. Batches are taken in order, each once. */
export function takeBatch({ streams, first, slots, control }: SharedRing, step: number): Map<string, HostTensor> {
  const number = step - first;
  if (number !== Atomics.load(control, taken)) throw new Error(`batch ${step} is taken out of turn`);
  const views = viewsOf(streams, slots[number % slots.length] as Float32Array);
  // Copied, as engines take no memory that threads share.
  const batch = new Map(streams.map(({ role, shape }) => [role, { shape, values: new Float32Array(views.get(role) as Float32Array) }]));
  Atomics.store(control, taken, number + 1);
  Atomics.notify(control, taken);
  return batch;
}

/** Lets no worker claim or wait any more. */
export function stopRing({ control }: SharedRing): void {
  Atomics.store(control, taken, stopped);
  Atomics.notify(control, taken);
}

/** Whether the ring has been stopped. */
export function isStopped({ control }: SharedRing): boolean {
  return Atomics.load(control, taken) === stopped;
}

function viewsOf(streams: readonly BatchStream[], slot: Float32Array): Map<string, Float32Array> {
  const views = new Map<string, Float32Array>();
  let from = 0;
  for (const { role, shape } of streams) {
    views.set(role, slot.subarray(from, from + sizeOf(shape)));
    from += sizeOf(shape);
  }
  return views;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
