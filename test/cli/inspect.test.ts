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
