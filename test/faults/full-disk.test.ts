import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readWeights } from '../../src/runtime/checkpoint/index.js';
import { encodeSafetensors } from '../../src/runtime/checkpoint/safetensors.js';
import { darkenFiles } from '../../src/runtime/data/index.js';
import { writeFileAtomically } from '../../src/runtime/files/index.js';
import { TrainingLog } from '../../src/runtime/train/output/training-log.js';
import { writePairs } from '../support/images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Mounts a file system of 128 KiB, or says that this machine does not let us. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder();
  if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder]).status !== 0)
    return undefined;
  onTestFinished(() => {
    spawnSync('umount', [folder]);
  });
  return folder;
}

describe('no room on the disk', () => {
  it('keeps the older file, leaves nothing half-written and says so', async (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('a small file system cannot be mounted here');
    const path = join(disk, 'weights.safetensors');
    const weights = (length: number) =>
      encodeSafetensors({ metadata: {}, tensors: new Map([['a', { shape: [length], values: new Float32Array(length) }]]) });
    await writeFileAtomically(path, weights(100));
    await expect(writeFileAtomically(path, weights(100_000))).rejects.toMatchObject({
      name: 'RuntimeFailure',
      kind: 'operation',
      message: `${path}: no room left on the disk. Nothing was left half-written; free some space and run the command again.`,
    });
    expect(readdirSync(disk)).toEqual(['weights.safetensors']);
    expect((await readWeights(path)).tensors.get('a')?.shape).toEqual([100]);
  });

  it('stops a training log with the same sentence; a torn line is cut when it is opened again', async (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('a small file system cannot be mounted here');
    const path = join(disk, 'log.jsonl');
    const record = (step: number) => ({ stage: 's', step, losses: { L: 1 }, rate: 1, seconds: 1 });
    const log = await TrainingLog.open(path, () => true);
    await log.stepDone(record(1));
    writeFileSync(join(disk, 'other'), Buffer.alloc(120_000));
    const appendAll = async () => {
      for (let step = 2; step < 1000; step++) await log.stepDone(record(step));
    };
    await expect(appendAll()).rejects.toMatchObject({ kind: 'operation', message: expect.stringContaining('no room left on the disk') });
    await log.close();
    spawnSync('rm', [join(disk, 'other')]);
    await (await TrainingLog.open(path, () => true)).close();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).step)).toEqual(lines.map((_, i) => i + 1));
  });

  it('stops the making of pairs without half a picture', async (context) => {
    const disk = smallDisk();
    if (disk === undefined) return context.skip('a small file system cannot be mounted here');
    const { normal } = await writePairs(temporaryFolder(), 6, 160, 120);
    await expect(darkenFiles([normal], join(disk, 'pairs'), { seed: 1 })).rejects.toMatchObject({
      kind: 'operation',
      message: expect.stringContaining('no room left on the disk'),
    });
    const left = readdirSync(disk, { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});
