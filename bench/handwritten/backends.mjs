import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import path from 'node:path';
import util from 'node:util';

/** The backends on which the code by hand is measured, by the name of mfnc's engine over the same library. */
const loaders = {
  'tfjs-node': tfjsNode,
  'tfjs-node-gpu': tfjsNode,
  'tfjs-wasm': wasm,
  'tfjs-webgpu': webgpu,
  'tfjs-cpu': async () => started(await import('@tensorflow/tfjs'), 'cpu'),
};

/**
 * Loads tfjs with a backend as its documentation says.
 * @param {string} engine
 * @param {number} threads
 * @returns {Promise<{ tf: typeof import('@tensorflow/tfjs'), version: string }>}
 */
export async function loadBackend(engine, threads) {
  const load = loaders[engine];
  if (load === undefined) throw new Error(`there is no code by hand for ${engine}`);
  const tf = await load(threads);
  tf.enableProdMode();
  return { tf, version: `@tensorflow/tfjs ${tf.version.tfjs ?? tf.version['tfjs-core']}, backend ${tf.getBackend()}` };
}

async function started(tf, backend) {
  await tf.setBackend(backend).catch(() => false);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`tfjs cannot start its backend '${backend}'`);
  return tf;
}

/** The package itself, over the TensorFlow that mfnc installed; BENCH_TFJS_NODE names its folder. */
async function tfjsNode(threads) {
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  // mfnc's engine turns oneDNN on everywhere; whoever knows of it does so by hand as well.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  // The package calls what Node 23 took away.
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  const folder = process.env.BENCH_TFJS_NODE;
  if (!folder) throw new Error('the package tfjs-node is not installed for the benchmark');
  return createRequire(path.join(folder, 'package.json'))(folder);
}

async function wasm(threads) {
  const tf = await import('@tensorflow/tfjs');
  const backend = await import('@tensorflow/tfjs-backend-wasm');
  // Threads are off on Node: the backend looks for a browser's workers.
  backend.setThreadsCount(Math.min(threads, cpus().length));
  const folder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  backend.setWasmPaths(`${path.join(folder, 'wasm-out')}${path.sep}`);
  return started(tf, 'wasm');
}

async function webgpu() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  if ((await navigator.gpu.requestAdapter()) === null) throw new Error('WebGPU finds no adapter on this machine');
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-webgpu');
  return started(tf, 'webgpu');
}
