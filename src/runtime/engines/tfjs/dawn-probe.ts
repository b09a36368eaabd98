import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { EngineStatus } from '../engine.js';
import { type DawnLocation, type LocationOptions, locateDawn } from './dawn.js';

const execute = promisify(execFile);
const childTimeoutMs = 60_000;

/** Asks for the adapter that the engine would get, in a process of its own: a driver that crashes ends that process, not this one. */
const adapterScript = `
const { create, globals } = await import(process.argv[1]);
Object.assign(globalThis, globals);
const gpu = create([]);
const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
const told = adapter === null ? null : { vendor, architecture, device, description, isFallbackAdapter };
await new Promise((resolve) => process.stdout.write(JSON.stringify(told), resolve));
process.exit(0);
`;

/** An adapter as WebGPU describes it. */
interface Adapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
}

const adapters = new Map<string, Promise<Adapter | string>>();

/** Status of tfjs-webgpu. */
export async function probeDawn(options: LocationOptions = {}): Promise<EngineStatus> {
  const location = await locateDawn(options);
  if (location === undefined) {
    return absent(
      'Its WebGPU library is not installed here. Run `mfnc engine install tfjs-webgpu`, or `npm install webgpu` in your project.',
    );
  }
  const adapter = await findAdapter(location);
  if (typeof adapter === 'string') return { ...absent(adapter), location: location.folder };
  const software = isSoftware(adapter);
  const { version }: { version: string } = createRequire(import.meta.url)('@tensorflow/tfjs-backend-webgpu/package.json');
  return {
    name: 'tfjs-webgpu',
    available: true,
    versions: { '@tensorflow/tfjs-backend-webgpu': version, webgpu: location.version },
    devices: [nameOf(adapter)],
    ...(software ? { software } : {}),
    threads: 0,
    location: location.folder,
  };
}

function absent(reason: string): EngineStatus {
  return { name: 'tfjs-webgpu', available: false, versions: {}, devices: [], threads: 0, reason };
}

/** What WebGPU found, or why it found nothing. */
export function findAdapter(location: DawnLocation): Promise<Adapter | string> {
  const known = adapters.get(location.entry);
  if (known) return known;
  const adapter = askForAdapter(location);
  adapters.set(location.entry, adapter);
  return adapter;
}

async function askForAdapter({ entry, folder }: DawnLocation): Promise<Adapter | string> {
  try {
    const { stdout, stderr } = await execute(process.execPath, ['--input-type=module', '-e', adapterScript, pathToFileURL(entry).href], {
      timeout: childTimeoutMs,
    });
    const adapter: unknown = JSON.parse(stdout);
    if (typeof adapter === 'object' && adapter !== null) return adapter as Adapter;
    return /libvulkan/.test(stderr)
      ? 'WebGPU finds no adapter: the Vulkan loader is missing. Install it (`apt-get install libvulkan1`) and the driver of your GPU.'
      : 'WebGPU finds no adapter. Install the Vulkan driver of your GPU.';
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    const told = text.split('\n').find((line) => /^(Error|TypeError): /.test(line));
    return `The WebGPU library at ${folder} does not run: ${told?.replace(/^\w+: /, '') ?? 'its process ended'}.`;
  }
}

/** Whether the adapter is a program on the processor. */
export function isSoftware({ isFallbackAdapter, architecture, device, description }: Adapter): boolean {
  return isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(`${architecture} ${device} ${description}`);
}

/** 'NVIDIA H100 PCIe', 'SwiftShader driver 5.0.0 (software)'. */
export function nameOf(adapter: Adapter): string {
  const { vendor, architecture, device, description } = adapter;
  const name = [description, device, `${vendor} ${architecture}`.trim()].find((text) => text.trim() !== '') ?? 'GPU';
  return isSoftware(adapter) ? `${name} (software)` : name;
}
