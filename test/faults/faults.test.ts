import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/runtime/data/index.js';
import { allDamage, type Damage, resumeDamaged } from './damage.js';
import { failCall } from './failing-writes.js';
import { callsOf, killInWrite, type Reference, referenceOf } from './kills.js';
import { oneStage, Subject, twoStages } from './subject.js';

/** A small share of what `npm run faults` tries; see README.md. Trainings by the dozen: on a busy machine they take their time. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const fromSources = ['--import', 'tsx', 'src/cli/main.ts'];

let place: string;
let short: { readonly subject: Subject; readonly reference: Reference };
let long: { readonly subject: Subject; readonly reference: Reference };

async function prepared(shape: Record<string, unknown>, name: string) {
  const subject = await Subject.make(join(place, name), shape);
  return { subject, reference: await referenceOf(subject, 'onnx') };
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'mfnc-faults-'));
  short = await prepared(oneStage, 'short');
  long = await prepared(twoStages, 'long');
  return () => rmSync(place, { recursive: true, force: true });
});

describe('a training that is killed while it writes a checkpoint', () => {
  it.each([0.3, 0.71])('ends with the bits of one that was not, when it is resumed (%f)', async (where) => {
    const { subject, reference } = long;
    const outcome = await killInWrite(subject, `kill-${where}`, reference, 'in the write of a checkpoint', fromSources, () => where);
    expect(outcome).toEqual({ ...outcome, inWrite: true, problem: undefined });
  });
});

describe('a call of the file system that fails', () => {
  /** One call of each kind on each file of the run's second checkpoint and of what is written around it, thinned out, and all that have to do with the lock. */
  const chosen = (reference: Reference): number[] => {
    const seen = new Map<string, number>();
    for (const [i, { kind, path }] of reference.calls.entries()) seen.set(`${kind} ${path.replace(/[\d.]+-\d+\.partial|\d+/g, '')}`, i);
    return [...seen].flatMap(([call, i], position) => (position % 5 === 0 || call.includes('.lock') ? [i] : []));
  };

  it.each(['ENOSPC', 'EIO'] as const)('with %s is told, or needed for nothing; the resumed run ends with the same bits', async (code) => {
    const { subject, reference } = short;
    const outcomes = [];
    for (const call of chosen(reference)) outcomes.push(await failCall(subject, `${code}-${call}`, reference, call, code));
    expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(outcomes.filter(({ outcome }) => outcome === 'told').length).toBeGreaterThan(5);
  });

  it('is of every kind, and in checkpoints more often than anywhere else', () => {
    const { reference } = short;
    expect([...new Set(reference.calls.map(({ kind }) => kind))].sort()).toEqual(
      ['close', 'make folder', 'open', 'remove', 'rename', 'sync', 'write'].sort(),
    );
    expect(callsOf(reference, 'in the write of a checkpoint').length).toBeGreaterThan(100);
  });
});

describe('a run whose newest checkpoint is damaged', () => {
  it('goes on from the one before, names both, and ends with the same bits', async () => {
    const { subject, reference } = long;
    await subject.train('stopped', 'onnx', 10);
    const damage = allDamage(join(subject.folder('stopped'), 'checkpoints'), 'plain-000006');
    const random = new Random(1, 'damage');
    for (let i = 0; i < 3; i++) {
      expect(await resumeDamaged(subject, 'stopped', reference, damage[random.below(damage.length)] as Damage)).toBeUndefined();
    }
  });
});
