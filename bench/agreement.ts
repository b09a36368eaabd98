import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Precision } from '../src/compiler/3-lower/index.js';
import type { WorkerClient } from './worker-client.js';

/** Losses, pictures and trained weights of a side may differ from those of the first by this much, relative to their length. */
export const tolerances: Readonly<Record<Precision, number>> = { float32: 1e-4, bfloat16: 3e-2 };

/** What a side computed before it is timed. */
export interface Computed {
  /** The values of its first runs: losses, or a number of the picture. */
  readonly values: readonly number[];
  /** The picture, or the weights after these runs. */
  readonly output: Float32Array;
}

/** Asks a worker for what its runs made. */
export async function outputOf(worker: WorkerClient): Promise<Float32Array> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mfnc-bench-'));
  try {
    const file = path.join(folder, 'output');
    await worker.ask({ command: 'output', file });
    const bytes = readFileSync(file);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Distance of two vectors relative to the length of the second; Infinity where they are not comparable. */
export function relativeDistance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length || expected.length === 0) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let length = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((found[i] as number) - (expected[i] as number)) ** 2;
    length += (expected[i] as number) ** 2;
  }
  const distance = Math.sqrt(difference / length);
  return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
}

/** The greater of the distances of values and of outputs. A competitor that computes something else is none. */
export function disagreement(found: Computed, expected: Computed): number {
  return Math.max(relativeDistance(found.values, expected.values), relativeDistance(found.output, expected.output));
}
