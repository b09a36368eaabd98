import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImage, splitGrid } from '../../../src/runtime/data/index.js';
import { readRecords } from '../../../src/runtime/files/index.js';
import { validationRecords } from '../../../src/runtime/observe/index.js';
import type { ValidationRecord } from '../../../src/runtime/train/index.js';
import { runTraining } from '../../support/run-training.js';
import { makeTinyRun, type TinyRun } from '../../support/tiny-run.js';
import { trainTiny } from '../../support/train-tiny.js';

/** A run with three of five pairs held out, measured after every second step. */
const measured = (tiny: TinyRun, name: string, changes: Record<string, unknown> = {}) =>
  tiny.runFile(name, {
    data: { pair: pairs, reference: 'references/normal', validation: { ...pairs, every: 2 } },
    validation: { every: 2 },
    ...changes,
  });
const pairs = { low: 'pairs/low', normal: 'pairs/normal' };
const bestOf = (records: readonly ValidationRecord[]) =>
  records.reduce((a, b) => ((b.mean.psnr as number) > (a.mean.psnr as number) ? b : a));
const moments = (records: readonly ValidationRecord[]) => records.map(({ stage, step }) => `${stage} ${step}`);

describe('validation during a training', () => {
  let tiny: TinyRun;
  let folder: string;
  let records: ValidationRecord[];
  beforeAll(async () => {
    tiny = await makeTinyRun(mkdtempSync(join(tmpdir(), 'mfnc-test-')));
    folder = join(tiny.folder, 'runs/straight');
    const outcome = await trainTiny(measured(tiny, 'straight'), { maxSteps: 3 });
    records = await readRecords(join(folder, 'validation.jsonl'), validationRecords);
    const best = bestOf(records);
    expect(outcome.best).toEqual({ stage: best.stage, step: best.step, metric: 'psnr', value: best.mean.psnr });
  });

  afterAll(() => rmSync(tiny.folder, { recursive: true }));

  it('measures after every so many steps and at the end of each stage', () => {
    expect(moments(records)).toEqual(['adversarial', 'plain'].flatMap((stage) => [2, 3].map((step) => `${stage} ${step}`)));
    expect(JSON.parse(readFileSync(join(folder, 'metrics.json'), 'utf8')).mean).toEqual(records.at(-1)?.mean);
  });

  it('is in float32 where the steps are not, which is said at the beginning and in the report', async () => {
    const half = await runTraining(measured(tiny, 'half', { precision: 'bfloat16', training: { batch: 1 } }), { engine: 'tfjs-cpu' });
    const note = 'steps are computed in bfloat16, samples and validation in float32, from the float32 weights';
    expect(half.filter((line) => line.includes(note))).toHaveLength(1);
    expect(readFileSync(join(tiny.folder, 'runs/half/report.html'), 'utf8')).toContain('bfloat16; samples and validation: float32');
    expect((await runTraining(measured(tiny, 'whole'))).join('\n')).not.toContain('float32');
    expect(readFileSync(join(tiny.folder, 'runs/whole/report.html'), 'utf8')).not.toContain('samples and validation: float32');
  });

  it('keeps the weights of the best mean', async () => {
    const best = bestOf(records);
    // The same run, ended at that step: what it leaves as its weights is what was the best.
    await trainTiny(measured(tiny, 'shorter'), { maxSteps: 3, stopAt: best });
    expect(readFileSync(join(folder, 'best.safetensors')).equals(tiny.weights('shorter'))).toBe(true);
  });

  it('shows the worst pairs first', async () => {
    const last = records.at(-1) as ValidationRecord & {
      picture: { file: string; rows: { name: string; width: number; height: number }[] };
    };
    const ranked = [...last.images].sort((a, b) => (a.scores.psnr as number) - (b.scores.psnr as number)).map(({ name }) => name);
    expect(last.picture.rows.map(({ name }) => name)).toEqual(ranked);
    const grid = splitGrid(
      await readImage(join(folder, last.picture.file), 'enhancement'),
      last.picture.rows.map((row) => ({ ...row, count: 3 })),
    );
    expect(grid?.map((row) => row.length)).toEqual([3, 3, 3]);
  });

  it('is measured once for each moment, whenever the run was interrupted', async () => {
    const path = measured(tiny, 'broken', { checkpoint: { every: 100 } });
    const broken = join(tiny.folder, 'runs/broken');
    await trainTiny(path, { maxSteps: 3, stopAt: { stage: 'adversarial', step: 3 } });
    expect(moments(await readRecords(join(broken, 'validation.jsonl'), validationRecords))).toEqual(['adversarial 2']);
    // What a killed process may have left behind its last checkpoint.
    appendFileSync(join(broken, 'validation.jsonl'), `${JSON.stringify({ ...records[0], step: 4 })}\n{"stage":`);
    await trainTiny(path, { maxSteps: 3, resume: true, stopAt: { stage: 'plain', step: 1 } });
    await trainTiny(path, { maxSteps: 3, resume: true });
    await trainTiny(path, { maxSteps: 3, resume: true });
    expect(await readRecords(join(broken, 'validation.jsonl'), validationRecords)).toEqual(records);
    expect(readFileSync(join(broken, 'best.safetensors')).equals(readFileSync(join(folder, 'best.safetensors')))).toBe(true);
    const samples = (run: string) => readFileSync(join(run, 'samples.jsonl'), 'utf8');
    expect(samples(broken)).toBe(samples(folder));
    expect(readdirSync(join(broken, 'validation'))).toEqual(readdirSync(join(folder, 'validation')));
  });

  it('does not change what is computed', async () => {
    const path = tiny.runFile('unmeasured', {
      data: { pair: pairs, reference: 'references/normal', validation: { ...pairs, every: 2 } },
      samples: { count: 0 },
    });
    await trainTiny(path, { maxSteps: 3 });
    expect(tiny.weights('unmeasured').equals(tiny.weights('straight'))).toBe(true);
    expect(moments(await readRecords(join(tiny.folder, 'runs/unmeasured/validation.jsonl'), validationRecords))).toEqual([
      'adversarial 3',
      'plain 3',
    ]);
  });

  it('is refused where no pairs are held out', async () => {
    const path = tiny.runFile('none', { validation: { every: 2 } });
    await expect(trainTiny(path)).rejects.toThrow(/none\.yaml:\d+:1: validation says when to measure, but no pairs are held out/);
    expect(existsSync(join(tiny.folder, 'runs/none'))).toBe(false);
    writeFileSync(path, readFileSync(path, 'utf8').replace('every: 2', 'best: pnsr'));
    await expect(trainTiny(path)).rejects.toThrow("validation.best is 'pnsr'; wanted is one of psnr, ssim. Did you mean psnr?");
  });
});
