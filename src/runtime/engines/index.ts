import { type Engine, EngineFailure, type EngineName, type EngineStatus, engineNames } from './engine.js';
import { hasAccelerator, tfjsNodeEngine, tfjsNodeGpuEngine } from './tfjs-node/index.js';

export * from './engine.js';
export { instructionSets } from './instruction-sets.js';
export { type CellSupport, type Form, type OperatorRow, parityMatrix } from './parity-matrix.js';
export { type Bfloat16Support, bfloat16Support, requireFastPrecision } from './precision.js';
export { estimatedEngines, estimatePeak, type PeakEstimate } from './step-memory.js';
export { requireSupport, UnsupportedProgram } from './support.js';

/** Loads an engine's module; its native library is loaded by `compile` only. */
const loaders: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  'tfjs-node-gpu': async () => tfjsNodeGpuEngine,
  'tfjs-node': async () => tfjsNodeEngine,
  onnx: async () => (await import('./onnx/index.js')).onnxEngine,
  'onnx-webgpu': async () => (await import('./onnx/index.js')).onnxWebgpuEngine,
  'tfjs-webgpu': async () => (await import('./tfjs/index.js')).tfjsWebgpuEngine,
  'tfjs-wasm': async () => (await import('./tfjs/index.js')).tfjsWasmEngine,
  'tfjs-cpu': async () => (await import('./tfjs/index.js')).tfjsCpuEngine,
};

/** What `--engine` accepts. */
export const engineChoices = ['auto', ...engineNames] as const;
export type EngineChoice = (typeof engineChoices)[number];

/** All engines, in the order in which `doctor` lists them. */
export function allEngines(): Promise<Engine[]> {
  return Promise.all(engineNames.map((name) => loaders[name]()));
}

/**
 * The engine to use. `auto` takes the first that is available of: tfjs-node-gpu on a GPU, tfjs-node, tfjs-node-gpu on the CPU, tfjs-webgpu on a GPU,
 * onnx, tfjs-cpu. It never takes a GPU that is a program on the processor.
 * @throws EngineFailure when the engine named is not available, saying how to get it.
 */
export async function findEngine(name: EngineChoice): Promise<Engine> {
  if (name !== 'auto') {
    const engine = await loaders[name]();
    const status = await engine.probe();
    if (!status.available) throw new EngineFailure(unavailable(status));
    return engine;
  }
  const gpu = await tfjsNodeGpuEngine.probe();
  if (gpu.available && hasAccelerator(gpu)) return tfjsNodeGpuEngine;
  if ((await tfjsNodeEngine.probe()).available) return tfjsNodeEngine;
  if (gpu.available) return tfjsNodeGpuEngine;
  const reasons: string[] = [];
  for (const next of ['tfjs-webgpu', 'onnx', 'tfjs-cpu'] as const) {
    const engine = await loaders[next]();
    const status = await engine.probe();
    if (status.available && status.software !== true) return engine;
    reasons.push(unavailable(status));
  }
  throw new EngineFailure(`No engine is available. ${reasons.join(' ')}`);
}

function unavailable({ name, reason }: EngineStatus): string {
  return `The engine ${name} is not available. ${reason ?? ''}`.trim();
}
