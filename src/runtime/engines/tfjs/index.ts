import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Program } from '../../../compiler/ir/program.js';
import { requireFloat32 } from '../element-types.js';
import type { Engine, EngineName, EngineOptions, EngineStatus, Executable } from '../engine.js';
import { TfjsExecutable, withBackend } from './executable.js';
import { loadTfjs } from './library.js';

/** An engine that interprets Programs with one of tfjs's backends. */
function createTfjsEngine(name: EngineName, backend: string, device: string): Engine {
  return {
    name,

    async probe(): Promise<EngineStatus> {
      try {
        const tf = await loadTfjs();
        const location = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json'));
        return { name, available: true, versions: { '@tensorflow/tfjs': tf.version.tfjs }, devices: [device], threads: 0, location };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { name, available: false, versions: {}, devices: [], threads: 0, reason };
      }
    },

    async compile(program: Program, options: EngineOptions = {}): Promise<Executable> {
      // tfjs has no bfloat16. In plain JavaScript it is float32 rounded after each node, which shows what another engine should compute.
      if (backend !== 'cpu') requireFloat32(name, program);
      const tf = await loadTfjs();
      return withBackend(tf, backend, () => new TfjsExecutable(program, tf, backend, options.weights ?? new Map()));
    },
  };
}

/** Plain JavaScript on one core: the reference that runs everywhere, slowly. */
export const tfjsCpuEngine = createTfjsEngine('tfjs-cpu', 'cpu', 'CPU');
