import { join } from 'node:path';
import { operationFailure } from '../../files/index.js';
import { bindingFile, logLevelFile } from './compile-binding.js';
import { lastLine, runTool } from './tools.js';

/** Adds 2 and 3 on TensorFlow, in a process of its own: a library that does not fit the machine ends that process, not this one. */
const script = `
const [logLevel, binding] = process.argv.slice(1);
const { RTLD_GLOBAL, RTLD_NOW } = require('node:os').constants.dlopen;
process.dlopen({ exports: {} }, logLevel, RTLD_NOW | RTLD_GLOBAL);
const tf = require(binding);
const two = tf.createTensor([1], tf.TF_FLOAT, new Float32Array([2]));
const three = tf.createTensor([1], tf.TF_FLOAT, new Float32Array([3]));
const [sum] = tf.executeOp('AddV2', [{ name: 'T', type: tf.TF_ATTR_TYPE, value: tf.TF_FLOAT }], [two, three], 1);
process.stdout.write(String(tf.tensorDataSync(sum.id)[0]));
`;

/** @throws RuntimeFailure when the engine in `folder` cannot be loaded or computes something else than 5. */
export async function smokeTest(folder: string, signal?: AbortSignal): Promise<void> {
  const result = await runTool(process.execPath, ['-e', script, join(folder, logLevelFile), join(folder, bindingFile)], {
    signal,
    environment: { TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  if (result.exitCode === 0 && result.stdout === '5') return;
  throw operationFailure(`The engine was built but does not run on this machine: ${lastLine(result)}. Use the engine onnx here.`);
}
