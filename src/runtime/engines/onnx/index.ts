import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { emitOnnx } from '../../../compiler/4-emit/onnx/index.js';
import type { Program } from '../../../compiler/ir/program.js';
import { requireFloat32 } from '../element-types.js';
import { type Engine, EngineFailure, type EngineOptions, type EngineStatus, type Executable } from '../engine.js';
import { OnnxExecutable } from './executable.js';
import { loadOnnxRuntime, type OnnxRuntime } from './library.js';

let chosenThreads: number | undefined;

/** Compiles Programs to ONNX graphs and runs them with onnxruntime on the CPU. It comes with `npm ci` and runs everywhere. */
export const onnxEngine: Engine = {
  name: 'onnx',

  async probe(): Promise<EngineStatus> {
    try {
      const { env } = await loadOnnxRuntime();
      const location = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
      const versions = { 'onnxruntime-node': env.versions.node ?? env.versions.common };
      return { name: 'onnx', available: true, versions, devices: ['CPU'], threads: chosenThreads ?? availableParallelism(), location };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { name: 'onnx', available: false, versions: {}, devices: [], threads: 0, reason };
    }
  },

  async compile(program: Program, options: EngineOptions = {}): Promise<Executable> {
    requireFloat32('onnx', program);
    const runtime = await loadOnnxRuntime();
    chosenThreads = options.threads ?? chosenThreads ?? availableParallelism();
    const weights = options.weights ?? new Map();
    const bytes = emitOnnx(program, { weights });
    return new OnnxExecutable(program, runtime, await createSession(runtime, bytes, program, chosenThreads), new Set(weights.keys()));
  },
};

async function createSession(
  runtime: typeof OnnxRuntime,
  bytes: Uint8Array,
  program: Program,
  threads: number,
): Promise<OnnxRuntime.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      // 'all' includes the transformer that moves convolutions with constant filters to a blocked layout (NCHWc).
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // Between two runs the cores belong to the workers that decode the next batch.
      extra: { session: { force_spinning_stop: '1' } },
    });
  } catch (error) {
    throw new EngineFailure(
      `onnxruntime refuses the graph of '${program.name}': ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
