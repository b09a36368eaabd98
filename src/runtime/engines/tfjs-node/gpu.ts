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
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeout: timeoutMs });
    return stdout.split('\n')[0]?.trim() || 'GPU';
  } catch {
    return 'GPU';
  }
}
