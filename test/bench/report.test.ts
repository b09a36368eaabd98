import { describe, expect, it } from 'vitest';
import { disagreement, relativeDistance } from '../../bench/agreement.js';
import type { SideResult } from '../../bench/measure.js';
import { bestOfPyTorch, toMarkdown } from '../../bench/report.js';
import { gpuMemoryIn, loadBetween, median, medianRatio, summarize } from '../../src/runtime/benchmark/index.js';

const start = (load: number, first: number) => ({
  load: { milliseconds: load, cpuMilliseconds: load },
  first: { milliseconds: first, cpuMilliseconds: first },
});

function side(name: string, kind: SideResult['kind'], milliseconds: readonly number[], peakBytes: number, engine?: string): SideResult {
  const samples = milliseconds.map((value) => ({ milliseconds: value, cpuMilliseconds: 2 * value }));
  const coldStart = kind === 'compiled' ? start(3000, 900) : undefined;
  const precision = name.includes('bfloat16') ? ('bfloat16' as const) : ('float32' as const);
  const common = { side: name, kind, engine, precision, version: `${name} 1.0`, start: start(1000, 800), coldStart, gpuBytes: undefined };
  return { ...common, summary: summarize(samples), peakBytes, samples };
}

const sides = [
  side('PyTorch, default', 'pytorch', [700, 650, 800], 1140e6),
  side('PyTorch, channels_last', 'pytorch', [500, 520, 900], 1000e6),
  side('mfnc, tfjs-node', 'compiled', [450, 400, 416], 800e6, 'tfjs-node'),
  side('tfjs by hand, tfjs-node', 'handwritten', [900, 500, 832], 1600e6, 'tfjs-node'),
];

describe('the summary of a side', () => {
  it('has minimum, median and CPU time', () => {
    expect(summarize(sides[1]?.samples ?? [])).toEqual({ rounds: 3, minimum: 500, median: 520, cpuMinimum: 1000, cpuMedian: 1040 });
  });

  it('takes the mean of the two middle values of an even number of runs', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe('the comparison of two sides', () => {
  it('takes the median of the quotients of each round', () => {
    expect(medianRatio(sides[2]?.samples ?? [], sides[3]?.samples ?? [])).toBe(0.5);
  });

  it('finds sides that compute something else', () => {
    const expected = { values: [1, 0.9], output: Float32Array.of(3, 4) };
    expect(disagreement(expected, expected)).toBe(0);
    expect(disagreement({ ...expected, output: Float32Array.of(3, 4.5) }, expected)).toBeCloseTo(0.1);
    expect(disagreement({ ...expected, values: [1] }, expected)).toBe(Number.POSITIVE_INFINITY);
    expect(relativeDistance([Number.NaN], [1])).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the memory of a GPU', () => {
  it('is that of the process in the table of nvidia-smi', () => {
    expect(gpuMemoryIn('120, 300\n77, 1024\n', 77)).toBe(2 ** 30);
    expect(gpuMemoryIn('120, 300\n', 77)).toBeUndefined();
    expect(gpuMemoryIn('77, [N/A]\n', 77)).toBeUndefined();
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
    expect(bestOfPyTorch(sides, 'float32')?.side).toBe('PyTorch, channels_last');
    expect(markdown).toContain('| mfnc, tfjs-node | 400 | 416 | 832 | 800 MB | 0.80 | 0.80 | 0.80 | 0.80 |');
  });

  it('takes ratios in bfloat16 against PyTorch with autocast', () => {
    const reduced = [
      side('PyTorch, channels_last, autocast to bfloat16', 'pytorch', [300, 298, 310], 900e6),
      side('mfnc, tfjs-node, bfloat16', 'compiled', [257, 270, 269], 600e6, 'tfjs-node'),
    ];
    const cases = [
      {
        case: { name: 'train-step', model: 'lw-drgn', batch: 16, height: 96, width: 96 } as const,
        sides: [...sides, ...reduced],
        absent: [],
        stealShare: 0,
        foreignShare: 0,
      },
    ];
    const both = toMarkdown({ date: '', machine: '', node: '', settings: { rounds: 3, warmup: 1, threads: 2 }, cases });
    expect(both).toContain('| mfnc, tfjs-node, bfloat16 | 257 | 269 | 538 | 600 MB | 0.86 | 0.90 | 0.90 | 0.67 |');
    expect(both).toContain('| mfnc, tfjs-node | 400 | 416 | 832 | 800 MB | 0.80 | 0.80 | 0.80 | 0.80 |');
    expect(both).not.toContain('mfnc, tfjs-node, bfloat16 over');
  });

  it('shows the start with and without a cache, and what was compiled beside code by hand', () => {
    expect(markdown).toContain('| mfnc, tfjs-node | 3000 | 900 | 1000 | 800 |');
    expect(markdown).toContain('| PyTorch, default | 1000 | 800 |  |  |');
    expect(markdown).toContain('| mfnc, tfjs-node over tfjs by hand, tfjs-node | 0.80 | 0.50 | 0.50 | 0.50 | 0.50 |');
  });

  it('says of a GPU what it is told', () => {
    expect(
      toMarkdown({ date: '', machine: '', node: '', settings: { rounds: 1, warmup: 1, threads: 1 }, cases: [], gpu: 'none' }),
    ).toContain('## On a GPU\n\nnone');
  });

  it('says who is absent, and how quiet the machine was', () => {
    expect(markdown).toContain('mfnc, onnx was left out: no onnx here');
    expect(markdown).toContain('stolen by other guests: 3.4 %');
  });
});
