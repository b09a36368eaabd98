import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../../src/runtime/files/index.js';
import { validationRecords } from '../../../src/runtime/observe/index.js';
import type { ValidationRecord } from '../../../src/runtime/train/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { makeTinyRun } from '../../support/tiny-run.js';
import { trainTiny } from '../../support/train-tiny.js';

const script = fileURLToPath(new URL('../../python/tensorboard_events.py', import.meta.url));
const python = process.env.MFNC_TEST_PYTHON ?? 'python3';
const probe = spawnSync(python, ['-c', 'import tensorboard'], { encoding: 'utf8' });
const missing = probe.status === 0 ? undefined : (probe.stderr?.trim().split('\n').at(-1) ?? `${python} does not start`);
if (missing !== undefined) console.log(`skipped: TensorBoard does not read the events (${missing}); MFNC_TEST_PYTHON names another Python`);

/** What TensorBoard shows: points `[step, value]` and images `[step, width, height]` by tag. */
interface Shown {
  readonly scalars: Readonly<Record<string, readonly [number, number][]>>;
  readonly images: Readonly<Record<string, readonly [number, number, number][]>>;
  readonly texts: Readonly<Record<string, readonly string[]>>;
}

function shownByTensorBoard(folder: string): Shown {
  const { status, stdout, stderr } = spawnSync(python, [script, 'read', folder], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe.skipIf(missing !== undefined)('TensorBoard', () => {
  it('shows each step, validation and picture of an interrupted and resumed training once', async () => {
    const tiny = await makeTinyRun(temporaryFolder());
    const pairs = { low: 'pairs/low', normal: 'pairs/normal' };
    const data = { pair: pairs, reference: 'references/normal', validation: { ...pairs, every: 2 } };
    const path = tiny.runFile('run', { data, checkpoint: { every: 2 }, validation: { every: 3 }, samples: { every: 3, count: 1 } });
    const folder = join(tiny.folder, 'runs/run');
    // The error comes after step 3 of the second stage, whose last checkpoint is that of the validation; step 5 would be the next.
    const failing = { stage: 'plain', step: 5 };
    const observer = {
      stepDone: ({ stage, step }: { readonly stage: string; readonly step: number }) => {
        if (stage === failing.stage && step === failing.step) throw new Error('the machine is gone');
      },
    };
    await expect(trainTiny(path, { maxSteps: 4, stopAt: { stage: 'adversarial', step: 1 } })).resolves.toMatchObject({ interrupted: true });
    await trainTiny(path, { resume: true, maxSteps: 4 });
    await expect(trainTiny(path, { resume: true, maxSteps: 7, observer })).rejects.toThrow('the machine is gone');
    await trainTiny(path, { resume: true, maxSteps: 7 });

    const log = tiny.log('run');
    const { scalars, images, texts } = shownByTensorBoard(folder);
    expect(log.map(({ stage, step }) => `${stage} ${step}`)).toEqual([
      ...[1, 2, 3, 4].map((step) => `adversarial ${step}`),
      ...[1, 2, 3, 4, 5, 6, 7].map((step) => `plain ${step}`),
    ]);
    const points = (of: (record: (typeof log)[number]) => number | undefined) =>
      log.flatMap((record, i) => (of(record) === undefined ? [] : [[i + 1, Math.fround(of(record) as number)]]));
    for (const stage of ['adversarial', 'plain']) {
      expect(scalars[`${stage}/L_net`]).toEqual(points((record) => (record.stage === stage ? record.losses.L_net : undefined)));
    }
    expect(scalars['train/rate']).toEqual(points(({ rate }) => rate));
    expect(scalars['train/images_per_second']?.map(([step]) => step)).toEqual(log.map((_, i) => i + 1));
    const records = await readRecords(join(folder, 'validation.jsonl'), validationRecords);
    const stepOf = ({ stage, step }: ValidationRecord) => (stage === 'plain' ? 4 : 0) + step;
    expect(scalars['validation/psnr']).toEqual(records.map((record) => [stepOf(record), Math.fround(record.mean.psnr as number)]));
    expect(scalars['validation/ssim']).toHaveLength(records.length);
    expect(Object.keys(images).sort()).toEqual(['input', 'output', 'truth'].map((kind) => `samples/1/${kind}`));
    expect(images['samples/1/output']).toEqual([3, 4, 7, 8, 10, 11].map((step) => [step, 64, 56]));
    expect(texts.config).toEqual([`\`\`\`yaml\n${readFileSync(join(folder, 'config.yaml'), 'utf8')}\n\`\`\``]);
  });
});
