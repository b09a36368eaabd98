import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import * as tf from '@tensorflow/tfjs-core';
import type { RGBImage } from '../../../../src/runtime/data/pixels.js';
import { enhanceTile } from '../../../../src/runtime/enhance/enhance-tile.js';
import type { BackendName } from '../messages.js';
import { Failure } from './failure.js';
import { openGraphicsCard } from './graphics-card.js';
import { type CompiledNetwork, Network } from './network.js';
import { speedUpTransposedConvolution } from './transposed-convolution.js';
import { agree, trialInput } from './trial.js';

setWasmPaths({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threaded });
speedUpTransposedConvolution();

/** A backend with the network set up on it. */
export interface Backend {
  readonly name: BackendName;
  readonly threads: number;
  readonly network: Network;
  /** Why it is not a faster one, as a sentence. */
  readonly note?: string;
}

/**
 * Runs the network on the graphics card where that computes what the processor does, else on the processor: wasm, or plain JavaScript where a browser
 * forbids wasm. When the card fails later, the processor takes over from the tile where it failed.
 */
export class Backends {
  private constructor(
    private readonly processor: Backend,
    private chosen: Backend,
    private readonly changed: (backend: Backend) => void,
  ) {}

  /**
   * @param wanted leaves no choice, though WebGPU is checked all the same.
   * @param changed is told the backend, now and when another takes over.
   * @throws Failure when the backend that is wanted does not work.
   */
  static async open(compiled: CompiledNetwork, wanted: BackendName | undefined, changed: (backend: Backend) => void): Promise<Backends> {
    const processor = await openProcessor(compiled, wanted === 'cpu');
    const card = wanted === undefined || wanted === 'webgpu' ? await openCard(compiled, processor, wanted === 'webgpu') : undefined;
    if (wanted === 'webgpu' && typeof card === 'string') throw new Failure(card);
    const chosen = typeof card === 'object' ? card : card === undefined ? processor : { note: card, ...processor };
    await tf.setBackend(chosen.name);
    changed(chosen);
    return new Backends(processor, chosen, changed);
  }

  async enhance(tile: RGBImage): Promise<RGBImage> {
    try {
      return await enhanceTile(tile, this.chosen.network);
    } catch (error) {
      if (this.chosen.name !== 'webgpu') throw error;
      this.chosen = { ...this.processor, note: 'The graphics card failed, so the processor took over.' };
      tf.removeBackend('webgpu');
      await tf.setBackend(this.chosen.name);
      this.changed(this.chosen);
      return enhanceTile(tile, this.chosen.network);
    }
  }
}

async function openProcessor(compiled: CompiledNetwork, plainJavaScript: boolean): Promise<Backend> {
  if (!plainJavaScript && (await tf.setBackend('wasm').catch(() => false))) {
    return { name: 'wasm', threads: getThreadsCount(), network: await Network.load(compiled) };
  }
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return {
    name: 'cpu',
    threads: 1,
    network: await Network.load(compiled),
    ...(plainJavaScript ? {} : { note: 'This browser has no WebAssembly, so it takes long.' }),
  };
}

/** @returns the card with the network on it, or a sentence that says why not. */
async function openCard(compiled: CompiledNetwork, processor: Backend, evenSoftware: boolean): Promise<Backend | string> {
  const input = trialInput(compiled.contract);
  const expected = await processor.network.run(input);
  const card = await openGraphicsCard(evenSoftware).catch((error: unknown) => `The graphics card could not be opened (${String(error)}).`);
  if (typeof card === 'string') return card;
  try {
    const network = await Network.load(compiled, card.failure);
    if (agree(await network.run(input), expected, compiled.contract)) return { name: 'webgpu', threads: 0, network };
    return 'The graphics card computes something else than the processor, so it is not used.';
  } catch (error) {
    return `The graphics card failed a trial (${error instanceof Error ? error.message : String(error)}).`;
  }
}
