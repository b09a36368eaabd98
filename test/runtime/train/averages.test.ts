import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireIR } from '../../../src/cli/analyze-file.js';
import { initializeWeights } from '../../../src/compiler/3-lower/index.js';
import { readWeights } from '../../../src/runtime/checkpoint/index.js';
import { runCommand } from '../../cli/command-result.js';
import { runTraining } from '../../support/run-training.js';
import { makeTinyRun, type TinyRun, withoutTimes } from '../../support/tiny-run.js';

let tiny: TinyRun;
beforeAll(async () => {
  tiny = await makeTinyRun(mkdtempSync(join(tmpdir(), 'mfnc-test-')));
});
afterAll(() => rmSync(tiny.folder, { recursive: true, force: true }));

const weightsOf = async (name: string) => (await readWeights(join(tiny.folder, 'runs', name, 'weights.safetensors'))).tensors;
/** One stage, whose steps are as many as are asked for. */
const onlyPlain = { adversarial: { epochs: 0 } };

describe('a training that averages weights', () => {
  it('writes the averages, as worked out from the weights of a training that keeps none', async () => {
    const trained = new Map<number, Awaited<ReturnType<typeof weightsOf>>>();
    for (const steps of [1, 2]) {
      await runTraining(tiny.runFile(`none${steps}`, { training: onlyPlain }), { maxSteps: steps });
      trained.set(steps, await weightsOf(`none${steps}`));
    }
    await runTraining(tiny.runFile('averaged', { training: { ...onlyPlain, ema: { decay: 0.75 } } }), { maxSteps: 2 });
    const initial = initializeWeights(requireIR(tiny.model).ir, 1);
    const found = await weightsOf('averaged');
    expect([...found.keys()]).toEqual([...(trained.get(2)?.keys() ?? [])]);
    for (const [path, { values }] of found) {
      for (const [i, value] of values.entries()) {
        const [before, first, second] = [initial, trained.get(1), trained.get(2)].map((all) => all?.get(path)?.values[i] ?? Number.NaN);
        const afterOne = 0.75 * (before as number) + 0.25 * (first as number);
        expect(value).toBeCloseTo(0.75 * afterOne + 0.25 * (second as number), 6);
      }
    }
  });

  it('hands them to the next stage, which may keep none', async () => {
    const training = { adversarial: { ema: { decay: 0.9 } } };
    await runTraining(tiny.runFile('first', { training: { ...training, plain: { steps: 0 } } }), { maxSteps: 3 });
    await runTraining(tiny.runFile('both', { training: { ...training, plain: { rate: 0 } } }), { maxSteps: 3 });
    expect(await weightsOf('both')).toEqual(await weightsOf('first'));
  });

  it('replays the first steps of the next stage from them', async () => {
    await runTraining(tiny.runFile('replayed', { training: { adversarial: { ema: { decay: 0.9 } } }, checkpoint: { every: 9, keep: 9 } }), {
      maxSteps: 3,
    });
    const { code, stdout, stderr } = await runCommand('replay', join(tiny.folder, 'runs/replayed'), '2', '--stage', 'plain', '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('adversarial-000003 over 1 step\n');
    const { losses, logged } = JSON.parse(stdout);
    expect(logged).toEqual(tiny.log('replayed').find(({ stage, step }) => stage === 'plain' && step === 2)?.losses);
    expect(losses).toEqual(logged);
  });

  it('goes on bit by bit in a stage and between stages, with all that clips and decays', async () => {
    const training = {
      ema: { decay: 'min(0.9, (1 + step) / (10 + step))' },
      gradients: { clip_norm: 0.05, clip_value: 0.5, log_norm: true },
      weight_decay: 0.1,
    };
    await runTraining(tiny.runFile('straight', { training }), { maxSteps: 3 });
    const broken = tiny.runFile('broken', { training });
    await runTraining(broken, { maxSteps: 3, stopAfter: 2 });
    await runTraining(broken, { maxSteps: 3, resume: true, stopAfter: 1 });
    await runTraining(broken, { maxSteps: 3, resume: true, stopAfter: 2 });
    await runTraining(broken, { maxSteps: 3, resume: true });
    expect(withoutTimes(tiny.log('broken'))).toEqual(withoutTimes(tiny.log('straight')));
    expect(tiny.weights('broken').equals(tiny.weights('straight'))).toBe(true);
    expect(Object.keys(tiny.log('straight')[0]?.losses ?? {}).sort()).toEqual(
      ['L_critic', 'L_critic:gradient_norm', 'L_net', 'L_net:gradient_norm'].sort(),
    );
    await expect(runTraining(tiny.runFile('broken', { training: { ...training, ema: { decay: 0.9 } } }), { resume: true })).rejects.toThrow(
      'training.ema.decay was "min(0.9, (1 + step) / (10 + step))", is 0.9',
    );
  });
});
