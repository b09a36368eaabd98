import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/** The graphics card as tfjs's present backend. */
export interface GraphicsCard {
  /** Rejects when the card is lost or reports an error; tfjs itself would go on with garbage. */
  readonly failure: Promise<never>;
}

/**
 * Makes WebGPU tfjs's backend.
 * @param evenSoftware also where the processor plays the card, which is slower than wasm.
 * @returns the card, or a sentence that says why there is none.
 */
export async function openGraphicsCard(evenSoftware: boolean): Promise<GraphicsCard | string> {
  if (!('gpu' in navigator)) return 'This browser has no WebGPU.';
  // The same request as tfjs makes; an adapter that it then does not get would not throw there.
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return 'WebGPU finds no graphics card here.';
  if (!evenSoftware && isSoftware(adapter)) return 'WebGPU runs on the processor here, where wasm is faster.';
  await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu').catch(() => false)) || tf.getBackend() !== 'webgpu') return 'The graphics card could not be opened.';
  return { failure: failureOf((tf.backend() as WebGPUBackend).device) };
}

function failureOf(device: GPUDevice): Promise<never> {
  const failure = new Promise<never>((_, reject) => {
    device.addEventListener('uncapturederror', (event) => reject(new Error((event as GPUUncapturedErrorEvent).error.message)));
    device.lost.then(({ message }) => reject(new Error(message || 'the graphics card was lost')));
  });
  // A failure between two tiles is met by the next one.
  failure.catch(() => undefined);
  return failure;
}

/** The flag moved from the adapter to its `info`; browsers have the one or the other. */
function isSoftware(adapter: GPUAdapter & { readonly info?: { readonly isFallbackAdapter?: boolean } }): boolean {
  return adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
}
