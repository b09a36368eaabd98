import { describe, expect, it } from 'vitest';
import { runCommand } from './command-result.js';

interface Block {
  path: string;
  block: string;
  depth: number;
  shape: number[];
  parameters: number;
  gmacs: number;
  gflops: number;
}

async function inspect(...args: string[]) {
  const { code, stdout } = await runCommand('inspect', ...args, '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout) as {
    parameters: number;
    gmacs: number;
    gflops: number;
    blocks: Block[];
    discriminators: (Block & { stage: string })[];
  };
}

const drgn = 'models/drgn.mfn';
const light = 'models/lw-drgn.mfn';

describe('the published sizes', () => {
  it.each([
    [drgn, '384x384', 4_774_768, 55.24, 110.602],
    [light, '384x384', 660_486, 9.05, 18.148],
    [light, '400x600', 660_486, undefined, 29.538],
  ])('%s at %s', async (file, size, parameters, gmacs, gflops) => {
    const result = await inspect(file, '--size', size);
    expect(result.parameters).toBe(parameters);
    expect(Math.abs(result.gflops - gflops)).toBeLessThan(0.006);
    if (gmacs !== undefined) expect(Math.abs(result.gmacs - gmacs)).toBeLessThan(0.006);
  });

  it('has compute proportional to the area', async () => {
    const [small, large] = [await inspect(light, '--size', '96x96'), await inspect(light, '--size', '192x384')];
    // The convolutions of channel attention work on one position whatever the size.
    expect(large.gmacs / small.gmacs).toBeCloseTo(8, 3);
  });
});

describe('the rows of a table', () => {
  it('are those of the reading of the paper', async () => {
    const { blocks } = await inspect(drgn, '--size', '384x384', '--depth', '2');
    const reg = blocks.filter((block) => block.path.startsWith('reg.'));
    const groups = (level: number) => reg.filter((block) => block.path.startsWith(`reg.r[${level}].`));
    const sum = (rows: Block[], key: 'parameters' | 'gmacs') => rows.reduce((total, row) => total + row[key], 0);
    expect([1, 2, 3].map((level) => groups(level).length)).toEqual([2, 3, 4]);
    expect([1, 2, 3].map((level) => sum(groups(level), 'parameters'))).toEqual([446_616, 669_924, 893_232]);
    expect(sum(groups(1), 'gmacs')).toBeCloseTo(16.307, 2);
    expect(groups(2)[0]?.shape).toEqual([1, 96, 96, 64]);
    expect(sum(reg, 'parameters') * 2).toBe(4_774_768);
  });

  it('go as deep as asked, and a block holds what is in it', async () => {
    const { blocks } = await inspect(light, '--depth', '4');
    expect(Math.max(...blocks.map((block) => block.depth))).toBe(4);
    const inside = blocks.filter((block) => block.depth === 2 && block.path.startsWith('deg.'));
    const deg = blocks.find((block) => block.path === 'deg');
    expect(inside.reduce((sum, block) => sum + block.parameters, 0)).toBe(deg?.parameters);
  });

  it('keep the discriminators apart', async () => {
    const { blocks, discriminators } = await inspect(drgn);
    expect(discriminators.map((row) => [row.path, row.stage])).toEqual([
      ['d_low', 'degradation'],
      ['d_de', 'degradation'],
    ]);
    expect(blocks.some((block) => block.path.startsWith('d_'))).toBe(false);
  });
});

describe('the printed table', () => {
  it('names the convention, the constraint and the totals', async () => {
    const { code, stdout } = await runCommand('inspect', drgn, '--depth', '1');
    expect(code).toBe(0);
    expect(stdout).toContain('2 x MAC + bias additions');
    expect(stdout).toMatch(/H divisible by \d+, W divisible by \d+/);
    expect(stdout).toMatch(/^total\s+4,774,768\s+55\.243\s+110\.60\d$/m);
  });
});

describe('what is refused', () => {
  it('a size that the model cannot take, with the nearest one that it can', async () => {
    const { code, stderr } = await runCommand('inspect', drgn, '--size', '383x386');
    expect(code).toBe(2);
    expect(stderr).toContain('383x386');
    expect(stderr).toContain('--size 384x384');
  });

  it.each(['384', 'axb', '0x8', '-8x8', '1e9x8'])('--size %s', async (size) => {
    const { code, stderr } = await runCommand('inspect', light, `--size=${size}`);
    expect(code).toBe(2);
    expect(stderr).toContain('height x width');
  });

  it.each(['0', '1.5', 'deep'])('--depth %s', async (depth) => {
    expect((await runCommand('inspect', light, '--depth', depth)).code).toBe(2);
  });

  it('a source that is not there', async () => {
    const { code, stderr } = await runCommand('inspect', 'nowhere.mfn');
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere.mfn');
  });
});

describe('mfnc inspect --train', () => {
  const train = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand('inspect', light, '--train', '--json', ...args);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  it('counts the operators of each stage by the type that they compute in', async () => {
    const { stages, ...about } = await train('--precision', 'bfloat16', '--batch', '8', '--patch', '96x64');
    expect(about).toEqual({ model: 'LWDRGN', batch: 8, patch: { height: 96, width: 64 }, precision: 'bfloat16' });
    expect(stages.map(({ stage }: { stage: string }) => stage)).toEqual(['degradation', 'refinement']);
    for (const { operators, float32, bfloat16, byOperator, bytes, bytesSaved } of stages) {
      const total = (type: string) => byOperator.reduce((sum: number, row: Record<string, number>) => sum + (row[type] ?? 0), 0);
      expect([total('float32'), total('bfloat16'), operators]).toEqual([float32, bfloat16, float32 + bfloat16]);
      expect(bytesSaved / (bytes + bytesSaved)).toBeGreaterThan(0.15);
      const rows = new Map(byOperator.map((row: { op: string }) => [row.op, row]));
      expect(rows.get('sqrt')).toMatchObject({ bfloat16: 0 });
      expect(rows.get('conv2d_filter_gradient')).toMatchObject({ bfloat16: expect.toSatisfy((count: number) => count > 50) });
    }
  });

  it('has nothing in bfloat16 in float32, at the batch and patch of the model', async () => {
    const { stages, batch, patch } = await train();
    expect({ batch, patch }).toEqual({ batch: 16, patch: { height: 96, width: 96 } });
    for (const { bfloat16, bytesSaved } of stages) expect([bfloat16, bytesSaved]).toEqual([0, 0]);
  });

  it('is a table for a person, which an option about train steps asks for too', async () => {
    const { code, stdout } = await runCommand('inspect', light, '--precision', 'bfloat16', '--batch', '1', '--patch', '32x32');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LWDRGN, a train step on 1 patches of 32x32 \(height x width\), convolutions in bfloat16\n/);
    expect(stdout).toMatch(
      /stage refinement: \d+ operators, \d+ of them in bfloat16; they write [\d.]+ MB, [\d.]+ MB \(\d+ %\) less than in float32/,
    );
    expect(stdout).toMatch(/\nconv2d_filter_gradient +60 +36\n/);
  });

  it('refuses what it cannot tell about', async () => {
    expect(await runCommand('inspect', light, '--train', '--batch', 'many')).toMatchObject({ code: 2 });
    expect((await runCommand('inspect', light, '--train', '--patch', '33')).stderr).toContain("--patch is '33'");
    expect(await runCommand('inspect', light, '--train', '--precision', 'float16')).toMatchObject({ code: 2 });
  });
});
