import type { StepMemory } from '../../compiler/3-lower/index.js';
import type { EngineName } from './engine.js';

/** What a train step adds to a process that has the engine's library loaded, at its peak, in bytes. */
export interface PeakEstimate {
  readonly engine: EngineName;
  readonly bytes: number;
}

/** How an engine turns a step's own needs into memory of the process; measured, see bench/README.md. */
interface MemoryModel {
  /** Bytes whatever the step is: arenas, threads. */
  readonly base: number;
  /** Bytes of each node: its kernel, compiled primitives, its place in the graph. */
  readonly perNode: number;
  /** How many times weights and moments, and their next values, are in memory: with gradients, and as kernels lay them out for themselves. */
  readonly heldFactor: number;
  /** Of the activations: what the allocator cannot fill again, and the scratch of kernels. */
  readonly activationFactor: number;
}

const models: Partial<Record<EngineName, MemoryModel>> = {
  'tfjs-node': { base: 33e6, perNode: 25_000, heldFactor: 1.44, activationFactor: 1.3 },
  onnx: { base: 19e6, perNode: 11_000, heldFactor: 4.2, activationFactor: 1.18 },
};

/** Engines for which there is a measured model. */
export const estimatedEngines = Object.keys(models) as readonly EngineName[];

/** Undefined for engines whose memory was not measured: those on a GPU, and the interpreters. */
export function estimatePeak(engine: EngineName, step: StepMemory): PeakEstimate | undefined {
  const model = models[engine];
  if (model === undefined) return undefined;
  const held = model.heldFactor * (step.held + step.updates);
  return {
    engine,
    bytes: Math.round(model.base + model.perNode * step.nodes + held + model.activationFactor * step.activations),
  };
}

/**
 * The largest batch whose step fits into so much memory; 0 where none does. Activations are in proportion to the batch, the rest does not depend on it.
 * @param needs those of a step with `batch` patches.
 */
export function fittingBatch(engine: EngineName, needs: StepMemory, batch: number, available: number): number {
  const whole = estimatePeak(engine, needs)?.bytes ?? 0;
  const fixed = estimatePeak(engine, { ...needs, activations: needs.updates })?.bytes ?? 0;
  if (whole <= fixed) return whole <= available ? batch : 0;
  return Math.max(0, Math.floor((batch * (available - fixed)) / (whole - fixed)));
}
