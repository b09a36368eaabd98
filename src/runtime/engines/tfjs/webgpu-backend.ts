import { EngineFailure } from '../engine.js';
import { asFailure, type Performed, type RunningBackend, startBackend, withBackend } from './backend.js';
import { webgpuKernels } from './kernels/webgpu.js';
import type { Tfjs } from './library.js';

const backendName = 'webgpu';
const errorFilters = ['validation', 'out-of-memory', 'internal'] as const;

/** What is used here of a GPUDevice. */
export interface Device {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  pushErrorScope(filter: (typeof errorFilters)[number]): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  addEventListener(type: 'uncapturederror', listener: (event: UncapturedError) => void): void;
  destroy(): void;
}

interface UncapturedError {
  readonly error: { readonly message: string };
  preventDefault(): void;
}

/** What is used here of tfjs's WebGPUBackend. */
interface WebGPUBackend {
  readonly device: Device;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

let running: GuardedBackend | undefined;

/**
 * tfjs's WebGPU backend, on `navigator.gpu`: the browser's, or Dawn's on Node.
 * @throws EngineFailure when there is no adapter or no device can be had.
 */
export async function webgpuBackend(tf: typeof Tfjs): Promise<RunningBackend> {
  if (running !== undefined && !running.isLost) return running;
  await import('@tensorflow/tfjs-backend-webgpu');
  // A device that was lost does not come back; the next one starts from the same factory.
  if (running !== undefined) {
    const factory = tf.findBackendFactory(backendName);
    tf.removeBackend(backendName);
    tf.registerBackend(backendName, factory);
  }
  // Small tensors that were not used on the GPU yet would be computed in JavaScript: what an engine computes must not depend on that.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  await startBackend(tf, 'tfjs-webgpu', backendName, 'There is no WebGPU adapter here; `mfnc doctor` lists the engines that run.');
  running = new GuardedBackend(tf, tf.engine().registry[backendName] as unknown as WebGPUBackend);
  return running;
}

/**
 * WebGPU reports errors to the device, not to the call that made them, and goes on with zeros or old bytes. Here each piece of work stands in error scopes
 * of its own, so that an error is that of the run that caused it; what no scope saw is said by the next one.
 */
class GuardedBackend implements RunningBackend {
  readonly engine = 'tfjs-webgpu';
  readonly kernels = webgpuKernels;
  private readonly device: Device;
  private readonly uncaptured: string[] = [];
  private loss: string | undefined;

  constructor(
    private readonly tf: typeof Tfjs,
    private readonly backend: WebGPUBackend,
  ) {
    this.device = backend.device;
    this.device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.uncaptured.push(event.error.message);
    });
    void this.device.lost.then(({ reason, message }) => {
      this.loss = message || reason;
    });
  }

  get isLost(): boolean {
    return this.loss !== undefined;
  }

  hasKernel(name: string): boolean {
    return this.tf.getKernel(name, backendName) !== undefined;
  }

  within<T>(work: () => T): T {
    return withBackend(this.tf, backendName, work);
  }

  perform<T>(work: () => T): Performed<T> {
    this.requireDevice();
    for (const filter of errorFilters) this.device.pushErrorScope(filter);
    let verdicts: Promise<({ readonly message: string } | null)[]>;
    try {
      const value = withBackend(this.tf, backendName, () => {
        const result = work();
        this.submit();
        return result;
      });
      verdicts = this.closeScopes();
      return { value, accepted: this.judge(verdicts) };
    } catch (error) {
      void this.closeScopes().catch(() => undefined);
      throw error;
    }
  }

  async failureOf(error: unknown): Promise<EngineFailure> {
    // The device says that it is lost a moment after the read that it broke off.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return this.loss === undefined ? asFailure(error) : this.lossFailure();
  }

  /** tfjs collects commands and submits them later; an error must come while the scopes of its run are open. */
  private submit(): void {
    this.backend.ensureCommandEncoderReady();
    this.backend.endComputePassEncoder();
    this.backend.submitQueue();
  }

  private closeScopes(): Promise<({ readonly message: string } | null)[]> {
    return Promise.all(errorFilters.map(() => this.device.popErrorScope()));
  }

  private async judge(verdicts: Promise<({ readonly message: string } | null)[]>): Promise<void> {
    const errors = await verdicts.catch(async (error: unknown) => {
      throw await this.failureOf(error);
    });
    this.requireDevice();
    const [message] = [...errors.flatMap((error) => (error === null ? [] : [error.message])), ...this.uncaptured.splice(0)];
    if (message !== undefined) throw new EngineFailure(`the GPU reports: ${message.split('\n')[0]}`);
  }

  private requireDevice(): void {
    if (this.loss !== undefined) throw this.lossFailure();
  }

  private lossFailure(): EngineFailure {
    return new EngineFailure(`the GPU was lost (${this.loss}); compile the Program again to go on with a new one`);
  }
}
