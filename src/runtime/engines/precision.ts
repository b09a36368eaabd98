import { cpus } from 'node:os';
import type { Precision } from '../../compiler/3-lower/index.js';
import { type Engine, EngineFailure, type EngineName, type EngineStatus } from './engine.js';
import { instructionSets } from './instruction-sets.js';
import { computeCapability, hasAccelerator } from './tfjs-node/index.js';

/** Whether convolutions in bfloat16 are faster than in float32 with an engine on this machine. */
export interface Bfloat16Support {
  readonly fast: boolean;
  /** What makes it fast, or why it is not: 'AMD EPYC has neither AMX nor AVX-512 BF16'. */
  readonly reason: string;
}

/** The first generation of NVIDIA's GPUs whose tensor cores compute in bfloat16 (Ampere). */
const leastComputeCapability = 8;

const withoutBfloat16: Bfloat16Support = { fast: false, reason: 'tfjs has no bfloat16' };

const support: Readonly<Record<EngineName, (status: EngineStatus) => Bfloat16Support | Promise<Bfloat16Support>>> = {
  'tfjs-node-gpu': (status) => (hasAccelerator(status) ? onGPU(status) : onProcessor()),
  'tfjs-node': onProcessor,
  onnx: () => ({ fast: false, reason: 'onnxruntime has no kernels for convolutions in bfloat16 on the CPU' }),
  'onnx-webgpu': () => ({ fast: false, reason: 'WebGPU has no bfloat16' }),
  'tfjs-webgpu': () => withoutBfloat16,
  'tfjs-wasm': () => withoutBfloat16,
  'tfjs-cpu': () => withoutBfloat16,
};

/** Whether bfloat16 is worth its rounding with an engine on this machine, and why. Never throws. */
export async function bfloat16Support(status: EngineStatus): Promise<Bfloat16Support> {
  return support[status.name](status);
}

/**
 * Refuses a precision that costs accuracy and gains nothing here.
 * @throws EngineFailure that names the engine, the processor and what would help.
 */
export async function requireFastPrecision(engine: Engine, precision: Precision): Promise<void> {
  if (precision === 'float32') return;
  const { fast, reason } = await bfloat16Support(await engine.probe());
  if (fast) return;
  throw new EngineFailure(
    `${engine.name} is not faster in bfloat16 here: ${reason}. Use float32, or an x86 processor with AMX or AVX-512 BF16 under Linux (tfjs-node), or an NVIDIA GPU of compute capability 8.0 or later (tfjs-node-gpu).`,
  );
}

async function onProcessor(): Promise<Bfloat16Support> {
  const model = cpus()[0]?.model.trim() || 'this processor';
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { fast: false, reason: `it is known to be for x86 processors under Linux only, not for ${process.platform}-${process.arch}` };
  }
  const sets = await instructionSets();
  if (sets.includes('amx_bf16')) return { fast: true, reason: `${model} has AMX` };
  if (sets.includes('avx512_bf16')) return { fast: true, reason: `${model} has AVX-512 BF16` };
  return { fast: false, reason: `${model} has neither AMX nor AVX-512 BF16` };
}

async function onGPU({ devices }: EngineStatus): Promise<Bfloat16Support> {
  const [name = 'the GPU'] = devices;
  const capability = await computeCapability();
  if (capability === undefined) return { fast: false, reason: `nvidia-smi does not tell the compute capability of ${name}` };
  const reason = `${name} has compute capability ${capability.toFixed(1)}`;
  if (capability >= leastComputeCapability) return { fast: true, reason };
  return { fast: false, reason: `${reason}, and bfloat16 starts at ${leastComputeCapability.toFixed(1)}` };
}
