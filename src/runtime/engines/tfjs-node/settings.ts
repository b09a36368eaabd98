import { availableParallelism } from 'node:os';
import { EngineFailure } from '../engine.js';
import { hasNvidiaDriver } from './gpu.js';

let chosenThreads: number | undefined;

/** Threads within one operator: as an earlier compile chose, else TF_NUM_INTRAOP_THREADS, else the cores of the machine. */
export function threadCount(environment: NodeJS.ProcessEnv = process.env): number {
  if (chosenThreads !== undefined) return chosenThreads;
  const given = Number(environment.TF_NUM_INTRAOP_THREADS);
  return Number.isInteger(given) && given > 0 ? given : availableParallelism();
}

/**
 * Sets what TensorFlow reads from the environment when it starts. Must come before the library is loaded: it reads these variables once.
 * @param threads threads within one operator, which decide the order of its sums and so the last bits of results.
 * @throws EngineFailure when another number of threads is in force in this process.
 */
export function chooseSettings(threads: number | undefined): void {
  if (chosenThreads !== undefined) {
    if (threads === undefined || threads === chosenThreads) return;
    throw new EngineFailure(
      `TensorFlow runs with ${chosenThreads} threads in this process and cannot change to ${threads}. Start mfnc anew for that.`,
    );
  }
  chosenThreads = threads ?? threadCount();
  process.env.TF_NUM_INTRAOP_THREADS = String(chosenThreads);
  // Small operators of independent branches run side by side: a fifth off a train step. Which one ends first changes no result.
  process.env.TF_NUM_INTEROP_THREADS ??= String(Math.min(2, chosenThreads));
  // TensorFlow turns oneDNN on by itself only on processors with AVX-512 VNNI; with AVX2 alone it halves the time of LW-DRGN as well.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Errors reach us as exceptions. Without a driver the GPU build reports its absence as an error, which it is not to us.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= hasNvidiaDriver() ? '2' : '3';
  // Leaves the memory of a GPU to others as well, and computes in float32 throughout, as all engines do.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}
