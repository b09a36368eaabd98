import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readRecords } from '../../../src/runtime/files/index.js';
import { sampleRecords, stepRecords } from '../../../src/runtime/observe/index.js';
import { TrainingLog } from '../../../src/runtime/train/output/training-log.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const record = (step: number) => ({ stage: 's', step, losses: { L: 0.5 }, rate: 1e-3, seconds: 0.1 });
const text = (...steps: number[]) => steps.map((step) => `${JSON.stringify(record(step))}\n`).join('');

describe('the log of a run', () => {
  it('is cut back to the checkpoint: no step stands twice, no torn line stays', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(path, `${text(1, 2, 3, 4)}{"stage":"s","st`);
    const log = await TrainingLog.open(path, ({ step }) => step <= 2);
    await log.stepDone(record(3));
    await log.flush();
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe(text(1, 2, 3));
  });

  it.each([
    ['losses that are no numbers', { losses: { L: 'low' } }],
    ['no losses', { losses: undefined }],
    ['a rate that is none', { rate: null }],
    ['no stage', { stage: 3 }],
  ])('is not gone on with, nor read, where a line before the end is damaged: %s', async (_what, damage) => {
    const path = join(temporaryFolder(), 'log.jsonl');
    const damaged = `${text(1)}${JSON.stringify({ ...record(2), ...damage })}\n${text(3)}`;
    writeFileSync(path, damaged);
    const message = `${path}:2: is damaged: the line is no record of a step as a training writes it. Remove it to go on without it.`;
    await expect(readRecords(path, stepRecords)).rejects.toMatchObject({ kind: 'input', message });
    await expect(TrainingLog.open(path, () => true)).rejects.toMatchObject({ kind: 'input', message });
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });

  it.each([
    ['the last line', `${text(1)}{"stage"\n`, 2],
    ['the line of the checkpoint', `${text(1)}x\n${text(3, 4)}`, 2],
    ['all lines', 'x\ny\n', 1],
  ])('is not gone on with where a line that was written whole is damaged: %s', async (_what, damaged, line) => {
    const path = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(path, damaged);
    const told = { kind: 'input', message: expect.stringContaining(`${path}:${line}: is damaged`) };
    await expect(TrainingLog.open(path, ({ step }) => step <= 2)).rejects.toMatchObject(told);
    await expect(readRecords(path, stepRecords)).rejects.toMatchObject(told);
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });

  it('may be damaged beyond the checkpoint, where it is cut off', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(path, `${text(1, 2)}${JSON.stringify({ ...record(3), losses: null })}\n{"stage"\n${text(4)}{"st`);
    const log = await TrainingLog.open(path, ({ step }) => step <= 2);
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe(text(1, 2));
  });

  it('is read without a last line that an interruption tore', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    writeFileSync(path, `${text(1, 2)}{"stage":"s","st`);
    expect(await readRecords(path, stepRecords)).toEqual([record(1), record(2)]);
  });

  it('starts empty where there is none', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    const log = await TrainingLog.open(path, () => true);
    await log.stepDone(record(1));
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe(text(1));
  });
});

test('a record of samples says sizes that pictures can have', () => {
  const row = { name: '1', width: 4, height: 3, columns: ['input', 'output'] };
  const isRecord = (change: object) =>
    sampleRecords.isRecord({ stage: 's', step: 1, file: 'samples/a.png', rows: [{ ...row, ...change }] });
  expect([{}, { enlarged: 4 }].map(isRecord)).toEqual([true, true]);
  expect([{ width: 0 }, { height: -1 }, { width: 1.5 }, { enlarged: 'x' }, { enlarged: 1 }].map(isRecord)).toEqual(Array(5).fill(false));
});
