import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { presentEngines } from '../parity/engines.js';
import type { Holdings } from './steps-holdings.js';

const execute = promisify(execFile);

/** A device in software takes a tenth of a second a step, so there it is fewer; MFNC_LEAK_STEPS=1000 takes as many everywhere. */
const wanted = process.env.MFNC_LEAK_STEPS;
const stepsOn = (software: boolean): number => Number(wanted ?? (software ? 40 : 1000));

/** Within these steps libraries fill their pools, and V8 compiles what is hot. */
const warmUpOf = (steps: number): number => (steps < 1000 ? steps / 2 : steps / 5);

/** What JavaScript holds grew by up to 0.5 MB over 800 steps that leak nothing; 1 KB kept in each of them is 0.8 MB. */
const objectsMargin = 0.75e6;

/**
 * One image (16 x 16 x 3 floats, 3 KB) kept in each of 800 steps is 2.5 MB. A device in software takes up and gives back up to 15 MB at a time: there
 * resident memory shows only what is kept by the hundred KB.
 */
const residentMargin = (software: boolean): number => (software ? 24e6 : 2e6);

/**
 * Growth as it goes on from interval to interval: the median interval's, for all of them. What leaks grows in each; an allocator or V8 that takes up
 * some MB once, which it does now and then, does not.
 */
function steadyGrowth(samples: readonly number[]): number {
  const intervals = samples.slice(1).map((sample, index) => sample - (samples[index] ?? sample));
  const sorted = intervals.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return median * intervals.length;
}

async function holdingsOn(engine: string, steps: number): Promise<Holdings[]> {
  const script = path.join(import.meta.dirname, 'steps-holdings.ts');
  // A young generation that stays small leaves less to chance.
  const options = ['--expose-gc', '--max-semi-space-size=1', '--import', 'tsx'];
  const { stdout } = await execute(process.execPath, [...options, script, engine, String(steps)]);
  return stdout
    .trim()
    .split('\n')
    .map((line): Holdings => JSON.parse(line));
}

const engines = await Promise.all(
  (await presentEngines({ software: 'included' })).map(async (engine) => ({ engine, software: (await engine.probe()).software === true })),
);

describe.each(engines.map(({ engine, software }) => [engine.name, software] as const))('train steps on %s', (engine, software) => {
  const steps = stepsOn(software);
  const warmUp = warmUpOf(steps);

  it(`hold as much after ${steps} as after ${warmUp}`, { timeout: 600_000 }, async () => {
    const holdings = await holdingsOn(engine, steps);
    expect(holdings.map(({ step }) => step)).toEqual(Array.from({ length: 10 }, (_, i) => ((i + 1) * steps) / 10));
    const counted = holdings.filter(({ step }) => step >= warmUp);
    const [first, ...later] = counted as [Holdings, ...Holdings[]];
    const last = later.at(-1) ?? first;
    const objects = last.objects - first.objects;
    const resident = steadyGrowth(counted.map((held) => held.resident));
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
    console.log(
      `${engine}, step ${first.step} to ${last.step}: tensors ${first.tensors} to ${last.tensors}, on the GPU ${megabytes(last.gpu - first.gpu)} more, ` +
        `objects ${megabytes(objects)} more, resident ${megabytes(last.resident - first.resident)} more than ${megabytes(first.resident)}, steadily ${megabytes(resident)}`,
    );
    expect(new Set(later.map(({ tensors }) => tensors))).toEqual(new Set([first.tensors]));
    expect(new Set(later.map(({ gpu }) => gpu))).toEqual(new Set([first.gpu]));
    expect(objects).toBeLessThan(objectsMargin);
    expect(resident).toBeLessThan(residentMargin(software));
  });
});
