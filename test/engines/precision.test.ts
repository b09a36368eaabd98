import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inPrecision, lowerInference } from '../../src/compiler/3-lower/index.js';
import { allEngines, bfloat16Support, type EngineName, type EngineStatus, requireFastPrecision } from '../../src/runtime/engines/index.js';
import { miniature } from '../parity/miniature.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const statusOf = (name: EngineName, ...devices: string[]): EngineStatus => ({ name, available: true, versions: {}, devices, threads: 2 });

/** Whether this machine's processor computes in bfloat16; read apart from the code that is tested. */
function hasFastProcessor(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  return /^flags.*\b(amx_bf16|avx512_bf16)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

/** Puts an nvidia-smi on the path that answers with this. */
function withDriverTool(answer: string): void {
  const folder = temporaryFolder();
  const tool = join(folder, 'nvidia-smi');
  writeFileSync(tool, `#!/bin/sh\n${answer}\n`);
  chmodSync(tool, 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('whether bfloat16 is fast', () => {
  it('is decided by the processor for TensorFlow on the CPU', async () => {
    for (const name of ['tfjs-node', 'tfjs-node-gpu'] as const) {
      const { fast, reason } = await bfloat16Support(statusOf(name, 'CPU'));
      expect(fast, reason).toBe(hasFastProcessor());
      expect(reason).toMatch(/has AMX$|has AVX-512 BF16$|has neither AMX nor AVX-512 BF16$|x86 processors under Linux only/);
    }
  });

  it.skipIf(process.platform === 'win32').each([
    ['echo 9.0', true, 'NVIDIA H100 has compute capability 9.0'],
    ['echo 8.0', true, 'NVIDIA H100 has compute capability 8.0'],
    ['echo 7.5', false, 'NVIDIA H100 has compute capability 7.5, and bfloat16 starts at 8.0'],
    ['echo "[Not Supported]"', false, 'nvidia-smi does not tell the compute capability of NVIDIA H100'],
    ['exit 9', false, 'nvidia-smi does not tell the compute capability of NVIDIA H100'],
  ])('is decided by the generation of a GPU: %s', async (answer, fast, reason) => {
    withDriverTool(answer);
    expect(await bfloat16Support(statusOf('tfjs-node-gpu', 'NVIDIA H100', 'CPU'))).toEqual({ fast, reason });
  });

  it('is denied for engines without kernels, which refuse such Programs too', async () => {
    const program = inPrecision(lowerInference(miniature(), { batch: 1, height: 16, width: 16 }), 'bfloat16');
    for (const name of ['onnx', 'onnx-webgpu', 'tfjs-wasm', 'tfjs-webgpu'] as const) {
      const engine = (await allEngines()).find((each) => each.name === name);
      const status = await engine?.probe();
      expect((await bfloat16Support(statusOf(name, 'CPU'))).fast).toBe(false);
      if (status?.available !== true) console.log(`${name} is not here to refuse a Program: ${status?.reason}`);
      else await expect(engine?.compile(program)).rejects.toThrow(`${name} computes in float32 only; LWDRGN has tensors of bfloat16.`);
    }
  });

  it('is required by commands: float32 of no engine, bfloat16 of those that are fast, with what would help', async () => {
    for (const engine of await allEngines()) {
      await requireFastPrecision(engine, 'float32');
      const { fast, reason } = await bfloat16Support(await engine.probe());
      const refusal = await requireFastPrecision(engine, 'bfloat16').then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (fast) expect(refusal).toBeUndefined();
      else expect(refusal).toBe(`${engine.name} is not faster in bfloat16 here: ${reason}. ${advice}`);
    }
  });
});

const advice =
  'Use float32, or an x86 processor with AMX or AVX-512 BF16 under Linux (tfjs-node), or an NVIDIA GPU of compute capability 8.0 or later (tfjs-node-gpu).';
