import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Layout } from './protocol.js';
import { WorkerClient } from './worker-client.js';

/** One competitor: how to start its worker. */
export interface Side {
  readonly name: string;
  readonly kind: 'pytorch' | 'engine';
  readonly layout?: Layout;
  start(): WorkerClient;
}

const benchFolder = path.dirname(fileURLToPath(import.meta.url));
const project = path.dirname(benchFolder);

/** PyTorch in both of its memory layouts. */
export function pytorchSides(python: string): Side[] {
  const layouts: readonly Layout[] = ['default', 'channels_last'];
  return layouts.map((layout) => ({
    name: `PyTorch, ${layout}`,
    kind: 'pytorch',
    layout,
    start: () => WorkerClient.start(python, ['worker.py'], path.join(benchFolder, 'pytorch'), { PYTHONDONTWRITEBYTECODE: '1' }),
  }));
}

/** mfnc on one of its engines, as `npm run build` made it. */
export function engineSide(engine: string): Side {
  return {
    name: `mfnc, ${engine}`,
    kind: 'engine',
    start: () => WorkerClient.start(process.execPath, [path.join(benchFolder, 'engine-worker.mjs'), engine], project),
  };
}
