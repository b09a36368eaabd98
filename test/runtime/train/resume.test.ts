import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireIR } from '../../../src/cli/analyze-file.js';
import { decodeSafetensors } from '../../../src/runtime/checkpoint/index.js';
import { allEngines, type Engine } from '../../../src/runtime/engines/index.js';
import { readRunFile, type TrainOutcome, train } from '../../../src/runtime/train/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { makeTinyRun, type TinyRun, withoutTimes } from '../../support/tiny-run.js';

const engines: Engine[] = [];
beforeAll(async () => {
  for (const engine of await allEngines()) {
    const { available, reason } = await engine.probe();
    if (engine.name === 'onnx' || engine.name === 'tfjs-node') {
      if (available) engines.push(engine);
      else console.log(`skipped on ${engine.name}: ${reason}`);
    }
  }
});

interface How {
  readonly resume?: boolean;
  readonly maxSteps?: number;
  /** Interrupts after this many steps. */
  readonly stopAfter?: number;
  /** Interrupts after the first validation image. */
  readonly stopInValidation?: boolean;
}

async function run(
  engine: Engine,
  path: string,
  { resume = false, maxSteps, stopAfter, stopInValidation }: How = {},
): Promise<TrainOutcome> {
  const file = await readRunFile(path);
  const controller = new AbortController();
  let steps = 0;
  return train({
    run: file,
    ir: requireIR(file.model, { overrides: file.overrides }).ir,
    engine,
    resume,
    ...(maxSteps === undefined ? {} : { maxSteps }),
    signal: controller.signal,
    reporter: {
      checked: () => undefined,
      stepDone: () => {
        if (++steps === stopAfter) controller.abort();
      },
      validating: () => {
        if (stopInValidation === true) controller.abort();
      },
      note: () => undefined,
    },
  });
}

describe('running statistics', () => {
  it('of batch normalisation come out of an interruption bit by bit, and have moved', async () => {
    const [engine] = engines as [Engine];
    const tiny = await makeTinyRun(temporaryFolder());
    const normalized = readFileSync(tiny.model, 'utf8')
      .replace('import { l1', 'import { BatchNorm } from "std/normalization"\nimport { l1')
      .replace('as first |> relu |>', 'as first |> BatchNorm() as norm |> relu |>');
    writeFileSync(tiny.model, normalized);
    const changes = { training: { adversarial: { steps: 3 }, plain: { steps: 4 } } };
    await run(engine, tiny.runFile('whole', changes));
    const parts = tiny.runFile('parts', changes);
    expect((await run(engine, parts, { stopAfter: 5 })).interrupted).toBe(true);
    await run(engine, parts, { resume: true });
    expect(tiny.weights('parts').equals(tiny.weights('whole'))).toBe(true);
    const { tensors } = decodeSafetensors(tiny.weights('whole'), 'weights');
    for (const [name, start] of [
      ['running_mean', 0],
      ['running_variance', 1],
    ] as const) {
      const values = tensors.get(`net.norm.${name}`)?.values ?? [];
      expect(values.length, [...tensors.keys()].join()).toBe(6);
      expect(values.every((value) => value !== start)).toBe(true);
    }
  });
});

describe('a training that is interrupted and resumed', () => {
  it('may be interrupted while it measures, and measures when it goes on', async () => {
    const [engine] = engines as [Engine];
    const tiny = await makeTinyRun(temporaryFolder());
    const pair = { low: 'pairs/low', normal: 'pairs/normal' };
    const path = tiny.runFile('run', { data: { pair, reference: 'references/normal', validation: { ...pair, every: 2 } } });
    const metrics = join(tiny.folder, 'runs/run/metrics.json');
    expect(await run(engine, path, { maxSteps: 2, stopInValidation: true })).toMatchObject({
      interrupted: true,
      stage: 'adversarial',
      step: 2,
    });
    expect(existsSync(metrics)).toBe(false);
    expect(await run(engine, path, { maxSteps: 2, resume: true })).toMatchObject({ interrupted: false, validation: { images: 3 } });
    expect(existsSync(metrics)).toBe(true);
  });

  it('ends with the same weights and log, bit by bit, as one that was not', async () => {
    expect(engines.map(({ name }) => name)).toContain('onnx');
    for (const engine of engines) {
      const tiny = await makeTinyRun(temporaryFolder());
      const straight = tiny.runFile('straight');
      const broken = tiny.runFile('broken');
      expect((await run(engine, straight, { maxSteps: 10 })).interrupted).toBe(false);
      expect(await run(engine, broken, { maxSteps: 10, stopAfter: 4 })).toMatchObject({ interrupted: true, stage: 'adversarial', step: 4 });
      expect(tiny.log('broken')).toHaveLength(4);
      expect(await run(engine, broken, { maxSteps: 10, resume: true, stopAfter: 9 })).toMatchObject({
        interrupted: true,
        stage: 'plain',
        step: 3,
      });
      expect(await run(engine, broken, { maxSteps: 10, resume: true })).toMatchObject({ interrupted: false, stage: 'plain', step: 10 });
      expect(withoutTimes(tiny.log('broken'))).toEqual(withoutTimes(tiny.log('straight')));
      expect(tiny.weights('broken').equals(tiny.weights('straight')), engine.name).toBe(true);
    }
  });

  it('is the same with other threads that load pictures, and logs how long it waited for them', async () => {
    const [engine] = engines.filter(({ name }) => name === 'onnx') as [Engine];
    const tiny = await makeTinyRun(temporaryFolder());
    const straight = tiny.runFile('straight');
    await run(engine, straight, { maxSteps: 6 });
    const loader = { workers: 2, prefetch: 2, cache: 0 };
    const broken = tiny.runFile('broken', { loader });
    await run(engine, broken, { maxSteps: 6, stopAfter: 4 });
    await run(engine, broken, { maxSteps: 6, stopAfter: 5, resume: true });
    tiny.runFile('broken', { loader: { workers: 0 } });
    await run(engine, broken, { maxSteps: 6, resume: true });
    expect(withoutTimes(tiny.log('broken'))).toEqual(withoutTimes(tiny.log('straight')));
    expect(tiny.weights('broken').equals(tiny.weights('straight'))).toBe(true);
    for (const { waiting, seconds } of tiny.log('broken')) expect(waiting).toBeLessThanOrEqual(seconds);
    expect(readFileSync(join(tiny.folder, 'runs/broken/config.yaml'), 'utf8')).toMatch(
      /loader:\n {2}workers: 2\n {2}prefetch: 2\n {2}cache: 0/,
    );
  });

  it('goes on bit by bit with convolutions in bfloat16, and not in another precision', async () => {
    const engine = engines.find(({ name }) => name === 'tfjs-node');
    if (engine === undefined) return console.log('skipped: no other engine here trains in bfloat16');
    const tiny = await makeTinyRun(temporaryFolder());
    const straight = tiny.runFile('straight', { precision: 'bfloat16' });
    const broken = tiny.runFile('broken', { precision: 'bfloat16' });
    await run(engine, straight, { maxSteps: 6 });
    await run(engine, broken, { maxSteps: 6, stopAfter: 4 });
    const otherwise = tiny.runFile('broken', { precision: 'float32' });
    await expect(run(engine, otherwise, { maxSteps: 6, resume: true })).rejects.toThrow('precision was "bfloat16", is "float32"');
    tiny.runFile('broken', { precision: 'bfloat16' });
    await run(engine, broken, { maxSteps: 6, resume: true });
    expect(withoutTimes(tiny.log('broken'))).toEqual(withoutTimes(tiny.log('straight')));
    expect(tiny.weights('broken').equals(tiny.weights('straight'))).toBe(true);
    await run(engine, tiny.runFile('float32'), { maxSteps: 6 });
    expect(tiny.weights('float32').equals(tiny.weights('straight'))).toBe(false);
    expect(readFileSync(join(tiny.folder, 'runs/broken/config.yaml'), 'utf8')).toContain('precision: bfloat16');
  });

  it('does again what came after the last checkpoint, without a step twice in the log', async () => {
    const [engine] = engines.filter(({ name }) => name === 'onnx') as [Engine];
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('killed', { checkpoint: { every: 3 } });
    await run(engine, path, { maxSteps: 5, stopAfter: 3 });
    const { appendFileSync } = await import('node:fs');
    const log = join(tiny.folder, 'runs/killed/log.jsonl');
    appendFileSync(log, `${JSON.stringify({ ...tiny.log('killed').at(-1), step: 4 })}\n{"stage":"adver`);
    await run(engine, path, { maxSteps: 5, resume: true });
    expect(tiny.log('killed').map(({ stage, step }) => `${stage} ${step}`)).toEqual(
      ['adversarial', 'plain'].flatMap((stage) => [1, 2, 3, 4, 5].map((step) => `${stage} ${step}`)),
    );
  });

  it('goes on where run.json holds something else, and begins it anew', async () => {
    const [engine] = engines.filter(({ name }) => name === 'onnx') as [Engine];
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('run');
    await run(engine, path, { maxSteps: 1 });
    for (const other of ['{}', '[]', '{ "model"']) {
      writeFileSync(join(tiny.folder, 'runs/run/run.json'), other);
      await run(engine, path, { maxSteps: 1, resume: true });
      expect(JSON.parse(readFileSync(join(tiny.folder, 'runs/run/run.json'), 'utf8')).sessions).toMatchObject([{ end: 'complete' }]);
    }
  });

  it('finishes at once where the stage is past --max-steps, and goes on where it is not', async () => {
    const [engine] = engines.filter(({ name }) => name === 'onnx') as [Engine];
    const tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('run');
    await run(engine, path, { stopAfter: 5 });
    await run(engine, path, { resume: true, maxSteps: 3 });
    expect(tiny.log('run').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 1, 2, 3]);
    await run(engine, path, { resume: true, maxSteps: 4 });
    expect(tiny.log('run').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4]);
  });
});

describe('a training', () => {
  let tiny: TinyRun;
  let engine: Engine;
  beforeAll(async () => {
    [engine] = engines.filter(({ name }) => name === 'onnx') as [Engine];
  });

  it('writes config, log, samples and weights; the config is a run file that does the same', async () => {
    tiny = await makeTinyRun(temporaryFolder());
    const path = tiny.runFile('first', { training: { batch: 2, plain: { steps: 4 } } });
    await run(engine, path, { maxSteps: 6 });
    const log = tiny.log('first');
    expect(log.map(({ stage }) => stage)).toEqual([...Array(6).fill('adversarial'), ...Array(4).fill('plain')]);
    expect(log[0]).toEqual({
      stage: 'adversarial',
      step: 1,
      losses: { L_net: expect.any(Number), L_critic: expect.any(Number) },
      rate: 2e-3,
      seconds: expect.any(Number),
      waiting: expect.any(Number),
    });
    expect(log[1]?.rate).toBeCloseTo(2e-3 * 0.9 ** 0.01, 12);
    const config = join(tiny.folder, 'again.yaml');
    const text = readFileSync(join(tiny.folder, 'runs/first/config.yaml'), 'utf8');
    const { writeFileSync, readdirSync } = await import('node:fs');
    expect(readdirSync(join(tiny.folder, 'runs/first/samples')).sort()).toEqual(['adversarial-000006.png', 'plain-000004.png']);
    writeFileSync(config, text.replace(/runs\/first/, 'runs/again'));
    await run(engine, config, { maxSteps: 6 });
    expect(withoutTimes(tiny.log('again'))).toEqual(withoutTimes(log));
    expect(tiny.weights('again').equals(tiny.weights('first'))).toBe(true);
  });
});
