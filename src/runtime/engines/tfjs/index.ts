import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Program } from '../../../compiler/ir/program.js';
import { type Engine, EngineFailure, type EngineName, type EngineOptions, type EngineStatus, type Executable } from '../engine.js';
import type { RunningBackend } from './backend.js';
import { cpuBackend } from './cpu-backend.js';
import { locateDawn, provideWebGPU } from './dawn.js';
import { probeDawn } from './dawn-probe.js';
import { type BackendStart, interpretWith } from './interpreter.js';
import { loadTfjs, type Tfjs } from './library.js';
import { wasmBackend } from './wasm-backend.js';
import { webgpuBackend } from './webgpu-backend.js';

/** An engine that interprets Programs with a backend of tfjs that runs on the processor. */
function processorEngine(name: EngineName, start: BackendStart, libraries: readonly string[]): Engine {
  return {
    name,

    async probe(): Promise<EngineStatus> {
      try {
        await loadTfjs();
        const require = createRequire(import.meta.url);
        const versions = libraries.map((library) => [library, versionOf(require(`${library}/package.json`))]);
        const location = dirname(require.resolve(`${libraries.at(-1)}/package.json`));
        return { name, available: true, versions: Object.fromEntries(versions), devices: ['CPU'], threads: 0, location };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { name, available: false, versions: {}, devices: [], threads: 0, reason };
      }
    },

    compile: (program: Program, options?: EngineOptions): Promise<Executable> => interpretWith(start, program, options),
  };
}

function versionOf(manifest: unknown): string {
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
}

/** Plain JavaScript on one core: the reference that runs everywhere, slowly. */
export const tfjsCpuEngine = processorEngine('tfjs-cpu', cpuBackend, ['@tensorflow/tfjs']);

/**
 * The WebAssembly module ends the process on any uncaught error, and prints its own source with it: Node's and mfnc's handling of errors stay in force.
 */
async function startWasm(tf: typeof Tfjs): Promise<RunningBackend> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.rawListeners(event));
  const backend = await wasmBackend(tf);
  for (const [i, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (before[i]?.includes(listener) !== true) process.off(event, listener as () => void);
    }
  }
  return backend;
}

/** WebAssembly with SIMD on one core: the engine of pages whose browser has no WebGPU. */
export const tfjsWasmEngine = processorEngine('tfjs-wasm', startWasm, ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']);

/** WebGPU: on Node through Dawn, which the npm package `webgpu` carries; in a page see browser.ts. */
export const tfjsWebgpuEngine: Engine = {
  name: 'tfjs-webgpu',
  probe: probeDawn,

  async compile(program, options): Promise<Executable> {
    const location = await locateDawn();
    if (location === undefined)
      throw new EngineFailure('The engine tfjs-webgpu is not installed here. Run `mfnc engine install tfjs-webgpu`.');
    await provideWebGPU(location);
    return interpretWith(webgpuBackend, program, options);
  },
};
