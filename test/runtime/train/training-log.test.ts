import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it('starts empty where there is none', async () => {
    const path = join(temporaryFolder(), 'log.jsonl');
    const log = await TrainingLog.open(path, () => true);
    await log.stepDone(record(1));
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe(text(1));
  });
});
