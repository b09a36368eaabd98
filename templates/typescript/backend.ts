import util from 'node:util';
import * as tf from '@tensorflow/tfjs';

/** Backends for Node, the fastest first: npm packages that register themselves with tfjs when they are loaded. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * Loads the fastest backend that is installed, or `chosen` (`cpu`: tfjs's own, which is slow, or the name of a package).
 * @returns what tfjs calls it: `tensorflow`, `cpu`.
 */
export async function useBackend(chosen?: string): Promise<string> {
  // tfjs-node 4.22 calls functions that Node 23 no longer has.
  const removed = { isNullOrUndefined: (value: unknown) => value === null || value === undefined, isArray: Array.isArray };
  for (const [name, replacement] of Object.entries(removed)) if (!(name in util)) Object.assign(util, { [name]: replacement });
  // TensorFlow turns its fast kernels on by itself only where the processor has AVX-512.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  if (chosen === 'cpu') {
    await tf.setBackend('cpu');
  } else {
    for (const name of chosen ? [chosen] : packages) {
      try {
        await import(name);
        break;
      } catch (error) {
        if (chosen) throw new Error(`${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  await tf.ready();
  return tf.getBackend();
}
