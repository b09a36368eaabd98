import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startMfnc } from '../support/process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { tinyModel } from '../support/tiny-run.js';
import { runCommand } from './command-result.js';

interface Row {
  spec: string;
  engine: string;
  parameters: number;
  gmacs: number;
  time: Record<'minimum' | 'p50' | 'p90' | 'p99' | 'mean', number>;
  runs: number;
  peakMemory: number;
  processMemory: number;
  samples: { milliseconds: number }[];
  reason?: string;
}

function tiny(): string {
  const file = join(temporaryFolder(), 'tiny.mfn');
  writeFileSync(file, tinyModel);
  return file;
}

// Each network is a process that loads mfnc from its sources.
describe('mfnc bench', { timeout: 180_000 }, () => {
  it('measures each model on each engine in a process of its own, and says which cannot be', async () => {
    const file = tiny();
    const { code, stdout, stderr } = await runCommand(
      ...['bench', file, 'models/lw-drgn.mfn', '--size', '30x34', '--engine', 'onnx,tfjs-cpu', '--runs', '4', '--warmup', '1', '--json'],
    );
    expect(code, stderr).toBe(0);
    const report: { rows: Row[]; machine: string; threads: number; engines: object } = JSON.parse(stdout);
    expect(report.rows.map(({ spec, engine }) => [spec, engine])).toEqual(
      [file, 'models/lw-drgn.mfn'].flatMap((spec) => ['onnx', 'tfjs-cpu'].map((engine) => [spec, engine])),
    );
    expect(Object.keys(report.engines)).toEqual(['onnx', 'tfjs-cpu']);
    const [onnx, cpu, refused] = report.rows as [Row, Row, Row];
    for (const { time, runs, samples, peakMemory, processMemory } of [onnx, cpu]) {
      expect(runs).toBe(4);
      expect(samples).toHaveLength(4);
      const { minimum, p50, p90, p99 } = time;
      expect([minimum, p50, p90, p99].toSorted((a, b) => a - b)).toEqual([minimum, p50, p90, p99]);
      expect(minimum).toBe(Math.min(...samples.map(({ milliseconds }) => milliseconds)));
      expect(peakMemory).toBeLessThan(processMemory);
    }
    // 3x3x3x6 + 6, 3x3x6x6 + 6 and 6x3 + 3 parameters.
    expect(onnx.parameters).toBe(168 + 330 + 21);
    expect(onnx.gmacs).toBeCloseTo((30 * 34 * (162 + 324 + 18)) / 1e9, 12);
    expect(refused).toMatchObject({
      parameters: 660_486,
      reason: 'takes no picture of 30x34: it needs H divisible by 4, W divisible by 4',
    });
  });

  it('prints what cannot be measured as rows of its table, and ends with 2 where that is all', async () => {
    const args = ['bench', 'models/lw-drgn.mfn', '--size', '30x34', '--engine', 'onnx'];
    const table = await runCommand(...args, '--markdown');
    expect(table.code).toBe(2);
    expect(table.stdout).toContain('| models/lw-drgn.mfn | 660,486 |');
    expect(table.stdout).toContain('- models/lw-drgn.mfn on onnx: takes no picture of 30x34');
    const csv = await runCommand(...args, '--csv');
    const [titles, row] = csv.stdout.split('\n').filter((line) => !line.startsWith('#'));
    expect(titles?.split(',').at(-1)).toBe('reason');
    expect(row).toContain('"takes no picture of 30x34: it needs H divisible by 4, W divisible by 4"');
  });

  it.each([
    [['--engine', 'onxx'], 'Did you mean onnx?'],
    [['--runs', '0'], 'Give a whole number from 1.'],
    [['--warmup', ''], 'Give a whole number from 0.'],
    [['--size', 'large'], "--size is 'large'"],
    [['--weights', 'w.safetensors', 'models/drgn.mfn'], '--weights is for one model, and 2 are given'],
    [['--set', 'widht=3'], 'did you mean `width`?'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runCommand('bench', 'models/lw-drgn.mfn', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it.skipIf(process.platform !== 'linux')('ends the processes that it started when it is interrupted', async () => {
    const running = startMfnc('bench', tiny(), '--engine', 'tfjs-cpu', '--size', '96x96', '--runs', '5000', '--json');
    const { pid } = running.process;
    const children = (): string[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const worker = async (): Promise<string> => {
      while (running.process.exitCode === null) {
        const found = children().find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('benchmark/worker'));
        if (found !== undefined) return found;
        await wait(50);
      }
      throw new Error('nothing was measured');
    };
    const child = await worker();
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).toBe('');
    expect(() => process.kill(Number(child), 0)).toThrow('ESRCH');
  });
});
