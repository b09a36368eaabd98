import type { Program } from '../../../compiler/ir/program.js';
import type { EngineOptions, Executable } from '../engine.js';
import { cpuBackend } from './cpu-backend.js';
import { type BackendStart, interpretWith } from './interpreter.js';
import { wasmBackend } from './wasm-backend.js';
import { webgpuBackend } from './webgpu-backend.js';

export { EngineFailure, type EngineOptions, type Executable, type HostTensor } from '../engine.js';

/** Engines that run in a page. */
export const browserEngines = ['tfjs-webgpu', 'tfjs-wasm', 'tfjs-cpu'] as const;
export type BrowserEngine = (typeof browserEngines)[number];

export interface BrowserOptions extends EngineOptions {
  /** URL of the folder that serves the .wasm files of @tensorflow/tfjs-backend-wasm, ending in '/'. Default: beside the page's script. */
  readonly wasmFolder?: string;
  /**
   * Threads of tfjs-wasm, settled by the first Program of the page that runs on it. Default: 1. More take a page that is cross-origin isolated (else it stays
   * at 1) and, where it is bundled, the plugin `selfContainedThreads` of mfnc/vite.
   */
  readonly threads?: number;
}

/**
 * Makes a Program ready to run in a page or a worker: the same interpreter and kernels as on Node.
 * @throws EngineFailure when the page has no such engine (no WebGPU adapter, no .wasm file).
 */
export function compileInBrowser(engine: BrowserEngine, program: Program, options: BrowserOptions = {}): Promise<Executable> {
  const starts: Readonly<Record<BrowserEngine, BackendStart>> = {
    'tfjs-webgpu': webgpuBackend,
    'tfjs-wasm': (tf) => wasmBackend(tf, options),
    'tfjs-cpu': cpuBackend,
  };
  return interpretWith(starts[engine], program, options);
}
