import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EngineStatus } from '../engine.js';
import type { TensorFlowEngineName } from '../install/index.js';
import { gpuName, hasNvidiaDriver } from './gpu.js';
import { type LocationOptions, locateEngine, type NativeLocation } from './location.js';
import { threadCount } from './settings.js';

const execute = promisify(execFile);
const childTimeoutMs = 60_000;

/** Loads the library in a process of its own and says what is in it: one that does not fit the machine ends that process, not this one. */
const inspectScript = `
const [binding, logLevel] = process.argv.slice(1);
const { RTLD_GLOBAL, RTLD_NOW } = require('node:os').constants.dlopen;
if (logLevel) process.dlopen({ exports: {} }, logLevel, RTLD_NOW | RTLD_GLOBAL);
const tf = require(binding);
process.stdout.write(JSON.stringify({ tensorflow: tf.TF_Version, gpu: tf.isUsingGpuDevice() }));
`;

interface Inspection {
  readonly tensorflow: string;
  readonly gpu: boolean;
}

const inspections = new Map<string, Promise<Inspection | string>>();

/**
 * Status of tfjs-node or tfjs-node-gpu. An engine that `mfnc engine install` made has been tried then, so files decide; a package that npm
 * installed is tried in a child process, and so is a GPU.
 */
export async function probeEngine(engine: TensorFlowEngineName, options: LocationOptions = {}): Promise<EngineStatus> {
  const location = await locateEngine(engine, options);
  if (!location) return absent(engine, `It is not installed here. Run \`mfnc engine install ${engine}\`.`);
  const mayHaveGpu = engine === 'tfjs-node-gpu' && hasNvidiaDriver();
  if (location.tensorflow !== undefined && !mayHaveGpu) return present(location, { tensorflow: location.tensorflow, gpu: false });
  const inspection = await inspect(location);
  if (typeof inspection === 'string') {
    return {
      ...absent(engine, `The one at ${location.folder} does not load: ${inspection}. ${advice(location)}`),
      location: location.folder,
    };
  }
  return present(location, inspection);
}

/** Whether the status names an accelerator. */
export function hasAccelerator({ devices }: EngineStatus): boolean {
  return devices.some((device) => device !== 'CPU');
}

function absent(name: TensorFlowEngineName, reason: string): EngineStatus {
  return { name, available: false, versions: {}, devices: [], threads: 0, reason };
}

async function present({ engine, folder, version }: NativeLocation, { tensorflow, gpu }: Inspection): Promise<EngineStatus> {
  return {
    name: engine,
    available: true,
    versions: { [engine]: version, tensorflow },
    devices: gpu ? [await gpuName(), 'CPU'] : ['CPU'],
    threads: threadCount(),
    location: folder,
  };
}

function advice({ engine, origin }: NativeLocation): string {
  return origin === 'installed'
    ? `Run \`mfnc engine remove ${engine}\` and \`mfnc engine install ${engine}\`.`
    : `Install the package again, or remove it and run \`mfnc engine install ${engine}\`.`;
}

function inspect(location: NativeLocation): Promise<Inspection | string> {
  const known = inspections.get(location.binding);
  if (known) return known;
  const inspection = inspectOnce(location);
  inspections.set(location.binding, inspection);
  return inspection;
}

async function inspectOnce({ binding, logLevel }: NativeLocation): Promise<Inspection | string> {
  try {
    const { stdout } = await execute(process.execPath, ['-e', inspectScript, binding, logLevel ?? ''], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
      timeout: childTimeoutMs,
    });
    const answer: unknown = JSON.parse(stdout);
    if (typeof answer !== 'object' || answer === null || !('tensorflow' in answer) || !('gpu' in answer)) return 'it gave no answer';
    return { tensorflow: String(answer.tensorflow), gpu: answer.gpu === true };
  } catch (error) {
    const lines = (error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)).split('\n');
    const told = lines.find((line) => /^(Error|TypeError): /.test(line));
    return told?.replace(/^\w+: /, '') ?? 'its process ended';
  }
}
