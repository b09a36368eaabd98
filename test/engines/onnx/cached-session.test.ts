import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lowerInference } from '../../../src/compiler/3-lower/index.js';
import { onnxEngine } from '../../../src/runtime/engines/onnx/index.js';
import { runCommand } from '../../cli/command-result.js';
import { beginningOf, miniature, type Trained, train } from '../../parity/miniature.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

afterEach(() => vi.unstubAllEnvs());

const bits = ({ last, parameters, states }: Trained) =>
  [last, parameters, states].map((tensors) =>
    [...tensors].map(([name, { values }]) => [name, Buffer.from(values.buffer).toString('base64')]),
  );

describe('a cached train step', () => {
  const ir = miniature();
  const beginning = beginningOf(ir, 'refinement');

  it('computes the same bits as one that was just compiled, also after its entry was spoilt', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('MFNC_CACHE', 'off');
    const expected = bits(await train(onnxEngine, beginning, 1));
    expect(readdirSync(folder)).toEqual([]);

    vi.stubEnv('MFNC_CACHE', folder);
    expect(bits(await train(onnxEngine, beginning, 1))).toEqual(expected);
    const [entry = '', ...others] = readdirSync(folder);
    expect(others).toEqual([]);
    expect(bits(await train(onnxEngine, beginning, 1))).toEqual(expected);
    expect(readdirSync(folder)).toEqual([entry]);

    writeFileSync(join(folder, entry), 'not a graph');
    expect(bits(await train(onnxEngine, beginning, 1))).toEqual(expected);
    expect(readdirSync(folder)).toEqual([entry]);
  }, 180_000);

  it('has an entry of its own for other settings; an inference has none', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('MFNC_CACHE', folder);
    await (await onnxEngine.compile(lowerInference(ir, { batch: 1, height: 16, width: 16 }))).dispose();
    expect(readdirSync(folder)).toEqual([]);
    for (const threads of [1, 2]) await (await onnxEngine.compile(beginning.step.program, { threads })).dispose();
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('is told of by doctor and removed by cache clear', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('MFNC_CACHE', folder);
    await (await onnxEngine.compile(beginning.step.program)).dispose();
    const { cache } = JSON.parse((await runCommand('doctor', '--json')).stdout) as {
      cache: { folder: string; entries: number; bytes: number };
    };
    expect(cache).toMatchObject({ folder, entries: 1 });
    expect(cache.bytes).toBeGreaterThan(1000);
    expect((await runCommand('doctor')).stdout).toContain(`cache of compiled graphs: 1, `);
    expect(await runCommand('cache', 'clear')).toMatchObject({ code: 0, stdout: `removed 1 compiled graph from ${folder}\n` });
    expect(readdirSync(folder)).toEqual([]);
    vi.stubEnv('MFNC_CACHE', 'off');
    expect((await runCommand('doctor')).stdout).toContain('no cache of compiled graphs: MFNC_CACHE is off');
    expect((await runCommand('cache', 'clear')).stdout).toContain('MFNC_CACHE is off');
  });
});
