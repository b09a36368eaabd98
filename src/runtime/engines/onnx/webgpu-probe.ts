import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { emitOnnx } from '../../../compiler/4-emit/onnx/index.js';
import type { Program } from '../../../compiler/ir/program.js';
import type { EngineStatus } from '../engine.js';
import { locateDawn } from '../tfjs/dawn.js';
import { findAdapter, isSoftware, nameOf } from '../tfjs/dawn-probe.js';

const execute = promisify(execFile);
const childTimeoutMs = 60_000;

/** Enough for the provider to look for a GPU. */
const smallProgram: Program = {
  name: 'probe',
  purpose: 'inference',
  tensors: [
    { shape: [1], type: 'float32' },
    { shape: [1], type: 'float32' },
  ],
  inputs: [{ name: 'x', role: 'data', tensor: 0 }],
  constants: [],
  nodes: [{ op: 'neg', inputs: [0], output: 1, attributes: {} }],
  outputs: [{ name: 'y', role: 'result', tensor: 1 }],
};

/** Opens a session on the WebGPU provider, in a process of its own: a driver that crashes ends that process, not this one. */
const sessionScript = `
const ort = require(process.argv[1]);
ort.InferenceSession.create(Buffer.from(process.argv[2], 'base64'), { executionProviders: ['webgpu'], logSeverityLevel: 4 }).then(
  () => process.exit(0),
  (error) => { process.stderr.write(error.message); process.exit(1); },
);
`;

let outcome: Promise<string | undefined> | undefined;

/** Status of onnx-webgpu. onnxruntime does not say which GPU it found; where the package `webgpu` is there, that one does. */
export async function probeWebGPU(): Promise<EngineStatus> {
  const require = createRequire(import.meta.url);
  const absent = (reason: string): EngineStatus => ({
    name: 'onnx-webgpu',
    available: false,
    versions: {},
    devices: [],
    threads: 0,
    reason,
  });
  let manifest: string;
  try {
    manifest = require.resolve('onnxruntime-node/package.json');
  } catch {
    return absent("onnxruntime-node is missing. 'npm install onnxruntime-node@1.30.0' brings it.");
  }
  outcome ??= openSession(require.resolve('onnxruntime-node'));
  const failure = await outcome;
  if (failure !== undefined) return absent(failure);
  const dawn = await locateDawn();
  const adapter = dawn === undefined ? 'unknown' : await findAdapter(dawn);
  const { version }: { version: string } = require(manifest);
  return {
    name: 'onnx-webgpu',
    available: true,
    versions: { 'onnxruntime-node': version },
    devices: [typeof adapter === 'string' ? 'GPU' : nameOf(adapter)],
    ...(typeof adapter !== 'string' && isSoftware(adapter) ? { software: true } : {}),
    threads: 0,
    location: dirname(manifest),
  };
}

async function openSession(library: string): Promise<string | undefined> {
  try {
    const model = Buffer.from(emitOnnx(smallProgram, { provider: 'webgpu' })).toString('base64');
    await execute(process.execPath, ['-e', sessionScript, library, model], { timeout: childTimeoutMs });
    return undefined;
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    return /adapter|libvulkan/i.test(text)
      ? 'WebGPU finds no adapter. Install the Vulkan loader (`apt-get install libvulkan1`) and the driver of your GPU.'
      : `onnxruntime cannot use WebGPU here: ${
          text
            .split('\n')
            .find((line) => line.trim() !== '')
            ?.trim() ?? 'its process ended'
        }.`;
  }
}
