import type { RunningBackend } from './backend.js';
import { startBackend, synchronousBackend } from './backend.js';
import { wasmKernels } from './kernels/wasm/table.js';
import type { Tfjs } from './library.js';

/**
 * tfjs's WebAssembly backend (XNNPACK). On Node it finds its .wasm files beside its code; a page says where they are.
 * @param folder URL of the folder that serves the package's .wasm files, ending in '/'.
 * @throws EngineFailure when it cannot be started.
 */
export async function wasmBackend(tf: typeof Tfjs, folder?: string): Promise<RunningBackend> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  if (folder !== undefined && !('wasm' in tf.engine().registry)) wasm.setWasmPaths(folder);
  await startBackend(tf, 'tfjs-wasm', 'wasm', 'Its .wasm files lie in the package @tensorflow/tfjs-backend-wasm.');
  const backend = synchronousBackend(tf, 'tfjs-wasm', 'wasm', wasmKernels);
  // Its fused matrix product is wrong where both operands are transposed.
  return { ...backend, hasKernel: (name) => name !== '_FusedMatMul' && backend.hasKernel(name) };
}
