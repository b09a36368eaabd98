import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Evaluation } from '../../src/runtime/metrics/index.js';
import { startMfnc } from '../support/process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const photographs = join(project, 'node_modules/material-kit/assets/img/examples');
const seconds = 120;

async function mfnc(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await startMfnc(...args).ended;
  expect(code, `mfnc ${args.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

/** Engines to train on that are present here; says which are not. */
async function presentEngines(): Promise<string[]> {
  const { engines }: { engines: { name: string; available: boolean; reason?: string }[] } = JSON.parse(await mfnc('doctor', '--json'));
  return ['onnx', 'tfjs-node'].filter((name) => {
    const status = engines.find((engine) => engine.name === name);
    if (status?.available !== true) console.log(`skipped on ${name}: ${status?.reason}`);
    return status?.available === true;
  });
}

describe('the main job in miniature: darken photographs, train a narrow LW-DRGN, evaluate, enhance', () => {
  it('raises PSNR by 3 dB in under two minutes on each engine', async () => {
    const engines = await presentEngines();
    expect(engines).toContain('onnx');
    const folder = temporaryFolder();
    const pairs = join(folder, 'pairs');
    await mfnc('data', 'darken', photographs, '-o', pairs, '--max-size', '200', '--seed', '1');
    const held = join(folder, 'held');
    for (const role of ['low', 'normal']) {
      mkdirSync(join(held, role), { recursive: true });
      for (const name of readdirSync(join(pairs, role))
        .sort()
        .filter((_, i) => i % 4 === 0))
        cpSync(join(pairs, role, name), join(held, role, name));
    }
    for (const engine of engines) {
      const run = join(folder, `${engine}.yaml`);
      const pair = { low: 'pairs/low', normal: 'pairs/normal' };
      writeFileSync(
        run,
        stringify({
          model: join(project, 'models/lw-drgn.mfn'),
          parameters: { width: 8 },
          data: { pair, reference: 'pairs/normal', validation: { ...pair, every: 4 } },
          output: engine,
          engine,
          training: { batch: 4, patch: '48x48', degradation: { steps: 10 }, refinement: { steps: 200, rate: 4e-3 } },
        }),
      );
      const started = Date.now();
      await mfnc('train', run);
      const took = (Date.now() - started) / 1000;
      const model = [
        '--model',
        join(project, 'models/lw-drgn.mfn'),
        '--weights',
        join(folder, engine, 'weights.safetensors'),
        '--engine',
        engine,
      ];
      const { mean, input }: Evaluation = JSON.parse(
        await mfnc('evaluate', ...model, '--low', join(held, 'low'), '--normal', join(held, 'normal'), '--json'),
      );
      const [before, after] = [input.psnr as number, mean.psnr as number];
      console.log(`${engine}: ${before.toFixed(2)} dB to ${after.toFixed(2)} dB on pictures not trained on, in ${took.toFixed(0)} s`);
      expect(after).toBeGreaterThan(before + 3);
      expect(took).toBeLessThan(seconds);
      await mfnc('enhance', join(held, 'low'), '-o', join(folder, `${engine}-out`), ...model);
      expect(readdirSync(join(folder, `${engine}-out`))).toEqual(readdirSync(join(held, 'low')));
    }
  }, 600_000);
});
