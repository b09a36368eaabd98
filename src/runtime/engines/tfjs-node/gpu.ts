import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const timeoutMs = 10_000;

/** Whether the machine has NVIDIA's driver: its device file, or WSL's. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/dev/nvidiactl') || existsSync('/dev/dxg');
}

/** 'NVIDIA H200', or 'GPU' where the driver's own tool is missing. */
export async function gpuName(): Promise<string> {
  return (await query('name')) || 'GPU';
}

/** 9.0 for an H200: the generation of the GPU, in NVIDIA's count. Undefined where the driver's own tool does not tell. */
export async function computeCapability(): Promise<number | undefined> {
  const capability = Number.parseFloat(await query('compute_cap'));
  return Number.isNaN(capability) ? undefined : capability;
}

/** What nvidia-smi says of the first GPU; empty where it is missing. */
async function query(property: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', [`--query-gpu=${property}`, '--format=csv,noheader'], {
      timeout: timeoutMs,
    });
    return stdout.split('\n')[0]?.trim() ?? '';
  } catch {
    return '';
  }
}
