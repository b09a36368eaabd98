import type { EngineName } from '../engine.js';
import { EngineFailure } from '../engine.js';
import type { KernelTable } from './kernels/kernel.js';
import type { Tfjs } from './library.js';

/** What a synchronous piece of work gave, and whether the device took it. */
export interface Performed<T> {
  readonly value: T;
  /** Rejects with an EngineFailure when the device reports an error in this work. Must be awaited before the values count. */
  readonly accepted: Promise<void>;
}

/** A backend of tfjs that runs: where the interpreter's tensors live and its kernels work. */
export interface RunningBackend {
  readonly engine: EngineName;
  /** How this backend runs each operator. */
  readonly kernels: KernelTable;
  /** Whether it has a fused kernel of this name, and a right one. */
  hasKernel(name: string): boolean;
  /** Does synchronous work that asks nothing of the device (holding values, handing them on) with this backend as tfjs's current one. */
  within<T>(work: () => T): T;
  /** Does synchronous work on the device. @throws EngineFailure when the device is gone. */
  perform<T>(work: () => T): Performed<T>;
  /** The failure behind an error that an asynchronous read threw. */
  failureOf(error: unknown): Promise<EngineFailure>;
}

/**
 * Makes a started backend tfjs's current one for the time of a synchronous piece of work: another engine, or the page around, may share the same tfjs.
 * For a backend that has started, `setBackend` does all its work before it returns its promise.
 */
export function withBackend<T>(tf: typeof Tfjs, backend: string, work: () => T): T {
  const engine = tf.engine();
  const previous = engine.backendName;
  if (previous === backend) return work();
  void tf.setBackend(backend);
  try {
    return work();
  } finally {
    // One that is still starting becomes the current one by itself, once it has.
    if (previous in engine.registry) void tf.setBackend(previous);
  }
}

/**
 * Starts a backend of tfjs and leaves the current one as it was.
 * @throws EngineFailure with `advice` when it does not start.
 */
export async function startBackend(tf: typeof Tfjs, engine: EngineName, backend: string, advice: string): Promise<void> {
  const { registry, backendName: previous } = tf.engine();
  if (backend in registry) return;
  const reason = await tf.setBackend(backend).then(
    (started) => (started && tf.getBackend() === backend ? undefined : 'it refuses'),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (reason === undefined && !(previous in registry)) return;
  if (previous in registry) await tf.setBackend(previous);
  if (reason !== undefined) throw new EngineFailure(`tfjs cannot start its backend '${backend}' for ${engine}: ${reason}. ${advice}`);
}

/** A backend whose kernels run to their end before they return: an error of the device is an exception of the kernel. */
export function synchronousBackend(tf: typeof Tfjs, engine: EngineName, backend: string, kernels: KernelTable): RunningBackend {
  return {
    engine,
    kernels,
    hasKernel: (name) => tf.getKernel(name, backend) !== undefined,
    within: (work) => withBackend(tf, backend, work),
    perform: (work) => ({ value: withBackend(tf, backend, work), accepted: Promise.resolve() }),
    failureOf: async (error) => asFailure(error),
  };
}

export function asFailure(error: unknown): EngineFailure {
  return error instanceof EngineFailure ? error : new EngineFailure(error instanceof Error ? error.message : String(error));
}
