import type { RunningBackend } from './backend.js';
import { startBackend, synchronousBackend } from './backend.js';
import { kernels } from './kernels/table.js';
import type { Tfjs } from './library.js';

/** tfjs's backend of plain JavaScript. */
export async function cpuBackend(tf: typeof Tfjs): Promise<RunningBackend> {
  await startBackend(tf, 'tfjs-cpu', 'cpu', 'It is part of @tensorflow/tfjs.');
  return synchronousBackend(tf, 'tfjs-cpu', 'cpu', kernels);
}
