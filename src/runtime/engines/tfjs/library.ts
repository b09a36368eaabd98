import type * as Tfjs from '@tensorflow/tfjs';
import { EngineFailure } from '../engine.js';

export type { Tfjs };

/**
 * Loads @tensorflow/tfjs, once per process. The umbrella package, because its core alone registers no gradient kernels.
 * @throws EngineFailure when the package cannot be loaded.
 */
export async function loadTfjs(): Promise<typeof Tfjs> {
  try {
    const tf = await import('@tensorflow/tfjs');
    // Without it the first tensor prints advice to install tfjs-node; `mfnc doctor` gives better.
    tf.enableProdMode();
    return tf;
  } catch (error) {
    const cause = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new EngineFailure(`@tensorflow/tfjs cannot be loaded (${cause}). 'npm install @tensorflow/tfjs@4.22.0' brings it.`);
  }
}
