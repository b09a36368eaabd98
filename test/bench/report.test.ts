import { describe, expect, it } from 'vitest';
import { loadBetween } from '../../bench/machine.js';
import type { SideResult } from '../../bench/measure.js';
import { bestOfPyTorch, toMarkdown } from '../../bench/report.js';
import { median, summarize } from '../../bench/statistics.js';

const side = (name: string, kind: SideResult['kind'], milliseconds: readonly number[], peakBytes: number): SideResult => {
  const samples = milliseconds.map((value) => ({ milliseconds: value, cpuMilliseconds: 2 * value }));
  return { side: name, kind, version: `${name} 1.0`, summary: summarize(samples), peakBytes, samples };
};

const sides = [
  side('PyTorch, default', 'pytorch', [700, 650, 800], 1140e6),
  side('PyTorch, channels_last', 'pytorch', [500, 520, 900], 1000e6),
  side('mfnc, tfjs-node', 'engine', [450, 400, 416], 800e6),
];

describe('the summary of a side', () => {
  it('has minimum, median and CPU time', () => {
    expect(summarize(sides[1]?.samples ?? [])).toEqual({ rounds: 3, minimum: 500, median: 520, cpuMinimum: 1000, cpuMedian: 1040 });
  });

  it('takes the mean of the two middle values of an even number of runs', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('the load of the machine', () => {
  it('is what changed between two readings', () => {
    const load = loadBetween({ busy: 100, steal: 10, total: 1000 }, { busy: 160, steal: 30, total: 1200 });
    expect(load).toEqual({ stealShare: 0.1, busyMilliseconds: 600 });
  });

  it('is unknown where the readings are', () => {
    expect(loadBetween(undefined, { busy: 1, steal: 0, total: 2 })).toBeUndefined();
  });
});

describe('the report', () => {
  const markdown = toMarkdown({
    date: '2026-01-01',
    machine: 'a machine',
    node: '20.20.2',
    settings: { rounds: 3, warmup: 1, threads: 2 },
    cases: [
      {
        case: { name: 'train-step', model: 'lw-drgn', batch: 16, height: 96, width: 96 },
        sides,
        absent: [{ side: 'mfnc, onnx', reason: 'no onnx here' }],
        stealShare: 0.034,
        foreignShare: undefined,
      },
    ],
  });

  it("takes ratios against PyTorch's better layout", () => {
    expect(bestOfPyTorch(sides)?.side).toBe('PyTorch, channels_last');
    expect(markdown).toContain('| mfnc, tfjs-node | 400 | 416 | 832 | 800 MB | 0.80 | 0.80 | 0.80 | 0.80 |');
  });

  it('says who is absent, and how quiet the machine was', () => {
    expect(markdown).toContain('mfnc, onnx was left out: no onnx here');
    expect(markdown).toContain('stolen by other guests: 3.4 %');
  });
});
