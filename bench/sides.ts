import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Precision } from '../src/compiler/3-lower/index.js';
import type { PyTorchMode } from './protocol.js';
import { WorkerClient } from './worker-client.js';

/** One competitor: how to start its worker. */
export interface Side {
  readonly name: string;
  /** compiled: mfnc on one of its engines. handwritten and generated: tfjs code over the same library. */
  readonly kind: 'pytorch' | 'compiled' | 'handwritten' | 'generated';
  /** The engine, or the one over the same library; absent for PyTorch. */
  readonly engine?: string;
  readonly mode?: PyTorchMode;
  /** Type in which convolutions are computed. */
  readonly precision: Precision;
  /** @param environment variables beside those of this process. */
  start(environment?: Readonly<Record<string, string>>): WorkerClient;
}

const benchFolder = path.dirname(fileURLToPath(import.meta.url));
const project = path.dirname(benchFolder);

/** PyTorch in both of its memory layouts, in each precision. */
export function pytorchSides(python: string, device: PyTorchMode['device'], precisions: readonly Precision[]): Side[] {
  const modes = precisions.flatMap((precision) =>
    (['default', 'channels_last'] as const).map((layout) => ({ precision, mode: { layout, device } })),
  );
  return modes.map(({ precision, mode }) => ({
    name: `PyTorch, ${mode.layout}${precision === 'bfloat16' ? ', autocast to bfloat16' : ''}`,
    kind: 'pytorch',
    mode,
    precision,
    start: (environment = {}) =>
      WorkerClient.start(python, ['worker.py'], path.join(benchFolder, 'pytorch'), { PYTHONDONTWRITEBYTECODE: '1', ...environment }),
  }));
}

/** mfnc on one of its engines, as `npm run build` made it. */
export function compiledSide(engine: string, precision: Precision): Side {
  return {
    name: `mfnc, ${engine}${precision === 'bfloat16' ? ', bfloat16' : ''}`,
    kind: 'compiled',
    engine,
    precision,
    start: (environment = {}) =>
      WorkerClient.start(process.execPath, [path.join(benchFolder, 'engine-worker.mjs'), engine], project, environment),
  };
}

/** LW-DRGN written by hand in tfjs, over the library of an engine. @param tfjsNode folder of the package tfjs-node, for engines over it. */
export function handwrittenSide(engine: string, tfjsNode: string | undefined): Side {
  return {
    name: `tfjs by hand, ${engine}`,
    kind: 'handwritten',
    engine,
    precision: 'float32',
    start: (environment = {}) =>
      WorkerClient.start(process.execPath, [path.join(benchFolder, 'handwritten', 'worker.mjs'), engine], project, {
        ...(tfjsNode === undefined ? {} : { BENCH_TFJS_NODE: tfjsNode }),
        ...environment,
      }),
  };
}

/** The TypeScript that mfnc generated of LW-DRGN, on tfjs-node. @param folder the generated package. */
export function generatedSide(engine: string, folder: string): Side {
  const worker = path.join(benchFolder, 'generated', 'worker.mjs');
  return {
    name: `generated TypeScript, ${engine}`,
    kind: 'generated',
    precision: 'float32',
    engine,
    start: (environment = {}) =>
      WorkerClient.start(process.execPath, ['--import', 'tsx', worker, folder, `@tensorflow/${engine}`], project, {
        TF_CPP_MIN_LOG_LEVEL: '2',
        ...environment,
      }),
  };
}
