import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { emitOnnx, type Provider } from '../../../compiler/4-emit/onnx/index.js';
import type { Program } from '../../../compiler/ir/program.js';
import { requireFloat32 } from '../element-types.js';
import type { Engine, EngineOptions, EngineStatus, Executable } from '../engine.js';
import { requireSupport } from '../support.js';
import { OnnxExecutable } from './executable.js';
import { loadOnnxRuntime, type OnnxRuntime } from './library.js';
import { createSession } from './session.js';
import { probeWebGPU } from './webgpu-probe.js';

type SessionOptions = OnnxRuntime.InferenceSession.SessionOptions;

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

  compile: (program, options) => compile(program, 'cpu', options),
};

/** The same on a GPU, through the WebGPU provider that onnxruntime-node carries. Weights travel to the GPU and back with every run of a train step. */
export const onnxWebgpuEngine: Engine = {
  name: 'onnx-webgpu',
  probe: probeWebGPU,
  compile: (program, options) => compile(program, 'webgpu', options),
};

async function compile(program: Program, provider: Provider, options: EngineOptions = {}): Promise<Executable> {
  const engine = provider === 'cpu' ? 'onnx' : 'onnx-webgpu';
  requireFloat32(engine, program);
  requireSupport(engine, program);
  const runtime = await loadOnnxRuntime();
  chosenThreads = options.threads ?? chosenThreads ?? availableParallelism();
  const weights = options.weights ?? new Map();
  const bytes = emitOnnx(program, { weights, provider });
  const session = await createSession(runtime, bytes, program, sessionOptions(provider, chosenThreads));
  return new OnnxExecutable(program, runtime, session, new Set(weights.keys()));
}

function sessionOptions(provider: Provider, threads: number): SessionOptions {
  return {
    executionProviders: [provider],
    // 'all' includes the transformer that moves convolutions with constant filters to a blocked layout (NCHWc).
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // A plan of the memory made in the first run asks for one block beside what that run has taken: twice the memory of a train step, and no time won.
    enableMemPattern: false,
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: provider === 'webgpu' ? 4 : 3,
    extra: {
      session: {
        // Between two runs the cores belong to the workers that decode the next batch.
        force_spinning_stop: '1',
        // A node that the GPU cannot run is an error of the emitter, not a detour over the CPU that nobody sees.
        ...(provider === 'webgpu' ? { disable_cpu_ep_fallback: '1' } : {}),
      },
    },
  };
}
