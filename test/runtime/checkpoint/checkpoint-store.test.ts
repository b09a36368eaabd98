import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointStore, type TrainingCheckpoint } from '../../../src/runtime/checkpoint/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const tensor = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });
const checkpointAt = (stage: string, step: number): TrainingCheckpoint => ({
  stage,
  step,
  engine: 'onnx',
  threads: 2,
  random: { generator: 'sfc32', seed: 1, stage, step },
  data: [{ roles: ['low', 'normal'], pass: 1, drawn: 4, patchesPerPass: 20 }],
  run: { model: 'Tiny', seed: 1 },
  weights: new Map([
    ['net.kernel', tensor(step, 0.5, -0)],
    ['critic.bias', tensor(1e-40, 3)],
  ]),
  states: new Map([['net.kernel:m', tensor(0.1, 0.2, step)]]),
});

/** A store with the checkpoints `first-000010`, `second-000005` and `second-000010`. */
async function filled() {
  const folder = join(temporaryFolder(), 'checkpoints');
  mkdirSync(folder);
  const store = new CheckpointStore(folder, ['first', 'second']);
  for (const [stage, step] of [
    ['first', 10],
    ['second', 5],
    ['second', 10],
  ] as const)
    await store.write(checkpointAt(stage, step));
  return { folder, store };
}

describe('the checkpoints of a run', () => {
  it('give back what was written, bit by bit, and the newest in the order of the stages', async () => {
    const { folder, store } = await filled();
    const found = await store.newest();
    expect(found).toEqual({ path: join(folder, 'second-000010'), checkpoint: checkpointAt('second', 10), problems: [] });
    expect(Object.is(found?.checkpoint.weights.get('net.kernel')?.values[2], -0)).toBe(true);
    expect((await store.list()).map(({ stage, step }) => `${stage} ${step}`)).toEqual(['second 10', 'second 5', 'first 10']);
    expect((await store.newest(({ step }) => step < 10))?.checkpoint.step).toBe(5);
    expect(await new CheckpointStore(join(folder, 'none'), ['first']).newest()).toBeUndefined();
  });

  it('carry sums that sha256sum checks', async (context) => {
    const { folder } = await filled();
    const { status, stdout, error } = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: join(folder, 'second-000010') });
    if (error !== undefined) return context.skip('there is no sha256sum here');
    expect(stdout.toString()).toBe('optimizer.safetensors: OK\nstate.json: OK\nweights.safetensors: OK\n');
    expect(status).toBe(0);
  });

  it('are pruned from the oldest on, and never the one that was just written or one that lies ahead', async () => {
    const { store } = await filled();
    await store.prune({ stage: 'second', step: 5 }, 1);
    expect((await store.list()).map(({ stage, step }) => `${stage} ${step}`)).toEqual(['second 10', 'second 5']);
    await store.prune({ stage: 'second', step: 10 }, 1);
    expect(await store.list()).toEqual([{ stage: 'second', step: 10 }]);
  });

  it('replace a damaged one of the same position, and leave nothing aside', async () => {
    const { folder, store } = await filled();
    writeFileSync(join(folder, 'second-000010/state.json'), '{}');
    await store.write(checkpointAt('second', 10));
    expect((await store.newest())?.problems).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['first-000010', 'latest', 'second-000005', 'second-000010']);
  });

  it('lose what interrupted writes left, and more than are kept, and nothing else, when a run goes on', async () => {
    const { folder, store } = await filled();
    mkdirSync(join(folder, '.second-000015.4711-3.partial'));
    writeFileSync(join(folder, '.second-000015.4711-3.partial/state.json'), '{"half');
    writeFileSync(join(folder, '.latest.4711-4.partial'), 'sec');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    rmSync(join(folder, 'latest'));
    const found = await store.newest();
    expect(found?.problems).toEqual([]);
    await store.recover(found, 2);
    expect(readdirSync(folder).sort()).toEqual(['latest', 'notes.txt', 'second-000005', 'second-000010']);
    expect(readFileSync(join(folder, 'latest'), 'utf8')).toMatch(/^second-000010 [0-9a-f]{64}\n$/);
  });
});

describe('a flipped or cut byte', () => {
  const bits = (position: number) => 1 << (position % 8);

  // At every seventh byte behind the first; `npm run faults` takes each.
  it('is found in every file of a checkpoint, and the one before is taken', async () => {
    const { folder, store } = await filled();
    const newest = join(folder, 'second-000010');
    for (const name of readdirSync(newest)) {
      const path = join(newest, name);
      const whole = readFileSync(path);
      for (let position = 0; position < whole.length; position += position < 40 ? 1 : 7) {
        const bytes = Buffer.from(whole);
        bytes[position] = (bytes[position] as number) ^ bits(position);
        for (const damaged of [bytes, whole.subarray(0, position)]) {
          writeFileSync(path, damaged);
          const found = await store.newest();
          if (found?.checkpoint.step !== 5 || found.problems.length !== 1 || !found.problems[0]?.startsWith(`${newest}: is damaged: `))
            expect.fail(`${name} at ${position}: ${JSON.stringify(found?.problems)}`);
        }
      }
      writeFileSync(path, whole);
    }
    expect((await store.newest())?.problems).toEqual([]);
  });

  it('is told with the tensors that it hit', async () => {
    const { folder, store } = await filled();
    const path = join(folder, 'second-000010/weights.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(path, bytes);
    expect((await store.newest())?.problems).toEqual([
      `${folder}/second-000010: is damaged: weights.safetensors: critic.bias is not what was written.`,
    ]);
    rmSync(path);
    expect((await store.newest())?.problems[0]).toContain('weights.safetensors: there is no such file or folder');
  });

  it('is found at every place of `latest`, and the newest checkpoint is taken all the same', async () => {
    const { folder, store } = await filled();
    const path = join(folder, 'latest');
    const whole = readFileSync(path);
    for (let position = 0; position < whole.length; position++) {
      const bytes = Buffer.from(whole);
      bytes[position] = (bytes[position] as number) ^ bits(position);
      for (const damaged of [bytes, whole.subarray(0, position)]) {
        writeFileSync(path, damaged);
        const found = await store.newest();
        expect(found?.checkpoint.step).toBe(10);
        expect(found?.problems, `at ${position}`).toEqual([expect.stringContaining(`${path}: `)]);
      }
    }
  });

  it('in every checkpoint stops the run: it never begins again by itself', async () => {
    const { folder, store } = await filled();
    for (const name of ['first-000010', 'second-000005', 'second-000010']) writeFileSync(join(folder, name, 'state.json'), '');
    await expect(store.newest()).rejects.toThrow(
      /holds no checkpoint that is whole, so the run cannot go on:\n(.* is damaged: state\.json: .*\n){3}/,
    );
  });
});
