import type { RunningBackend } from './backend.js';
import { startBackend, synchronousBackend } from './backend.js';
import { wasmKernels } from './kernels/wasm/table.js';
import type { Tfjs } from './library.js';

/** How a page starts the backend. On Node it finds its .wasm files beside its code, and has one thread. */
export interface WasmOptions {
  /** URL of the folder that serves the package's .wasm files, ending in '/'. */
  readonly wasmFolder?: string;
  /** Default: 1. */
  readonly threads?: number;
}

/**
 * tfjs's WebAssembly backend (XNNPACK). The first start in a process or a page settles the options.
 * @throws EngineFailure when it cannot be started.
 */
export async function wasmBackend(tf: typeof Tfjs, { wasmFolder, threads = 1 }: WasmOptions = {}): Promise<RunningBackend> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (!('wasm' in tf.engine().registry)) {
    if (wasmFolder !== undefined) wasm.setWasmPaths(wasmFolder);
    // Left to itself tfjs starts threads in every page that may share memory, and waits for ever where the bundler has broken them.
    if (threads > 1) wasm.setThreadsCount(threads);
    else tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  }
  await startBackend(tf, 'tfjs-wasm', 'wasm', 'Its .wasm files lie in the package @tensorflow/tfjs-backend-wasm.');
  const backend = synchronousBackend(tf, 'tfjs-wasm', 'wasm', wasmKernels);
  // Its fused matrix product is wrong where both operands are transposed.
  return { ...backend, hasKernel: (name) => name !== '_FusedMatMul' && backend.hasKernel(name) };
}
