import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelDiff } from '../../src/compiler/diff/index.js';
import { modelText } from '../support/shipped-models.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { runCommand } from './command-result.js';

const drgn = 'models/drgn.mfn';

/** Writes models/drgn.mfn, edited, into a folder of its own. */
function edited(from: string, to: string): string {
  const text = modelText('drgn');
  expect(text).toContain(from);
  const file = path.join(temporaryFolder(), 'other.mfn');
  writeFileSync(file, text.replace(from, to));
  return file;
}

describe('mfnc diff', () => {
  it('ends with 0 for equal models, whatever their layout', async () => {
    const other = edited('let levels = length(groups)\n', '\n\n  // How many.\n  let levels =\n    length(groups)\n');
    const { code, stdout } = await runCommand('diff', drgn, other);
    expect(code).toBe(0);
    expect(stdout).toContain('no structural difference');
    const { equal } = JSON.parse((await runCommand('diff', drgn, other, '--json')).stdout) as ModelDiff;
    expect(equal).toBe(true);
  });

  it('ends with 1 for different ones, and tells blocks with figures, equal ones in one row', async () => {
    const other = edited('ResidualGroup(width, rcabs) }', 'ResidualGroup(width, rcabs + 1) }');
    const { code, stdout } = await runCommand('diff', drgn, other);
    expect(code).toBe(1);
    const [row] = stdout.split('\n').filter((line) => line.includes('r[3].group[1..4]'));
    expect(row?.split(/ {2,}/)).toEqual([
      '~',
      'r[3].group[1..4]',
      'ResidualGroup',
      '48x48x64',
      '223,308 → 297,744',
      '0.510 → 0.679',
      '1.020 → 1.360',
    ]);
    expect(stdout).toContain(
      'ResidualGroup: deg.r[1].group[1], deg.r[1].group[2], deg.r[2].group[1], 15 more\n    ~ parameter rcabs: 3 → 4',
    );
  });

  it('tells losses term by term, and what an override would be called', async () => {
    const other = edited('let lambda = -0.2\n    frozen', 'let lambda = 0.0\n    frozen');
    const { code, stdout } = await runCommand('diff', drgn, other);
    expect(code).toBe(1);
    expect(stdout).toContain('  ~ refinement.lambda: -0.2 → 0\n');
    expect(stdout).toContain('~ ssim(restored, normal): factor -0.2 → 0, which leaves it out');
    expect(stdout).not.toContain('blocks, on');
  });

  it('prints JSON with the same figures as inspect', async () => {
    const { code, stdout } = await runCommand('diff', drgn, 'models/lw-drgn.mfn', '--json', '--size', '192x384');
    expect(code).toBe(1);
    const found = JSON.parse(stdout) as ModelDiff;
    for (const side of [found.a, found.b]) {
      const inspected = JSON.parse((await runCommand('inspect', side.label, '--size', '192x384', '--json')).stdout);
      expect([side.parameters, side.macs / 1e9, side.flops / 1e9]).toEqual([inspected.parameters, inspected.gmacs, inspected.gflops]);
      expect(side.model).toBe(inspected.model);
    }
    expect(found.size).toEqual({ height: 192, width: 384 });
  });

  it('draws the graph with --svg, and says what it says without', async () => {
    const other = edited('let lambda = -0.2\n    frozen', 'let lambda = 0.0\n    frozen');
    const file = path.join(temporaryFolder(), 'graph.svg');
    const { code, stdout } = await runCommand('diff', drgn, other, '--svg', file);
    expect([code, stdout]).toEqual([1, (await runCommand('diff', drgn, other)).stdout]);
    const svg = readFileSync(file, 'utf8');
    expect(svg.startsWith('<svg ')).toBe(true);
    expect(svg).toContain('then × -0.2 → × 0');
    const unwritable = await runCommand('diff', drgn, other, '--svg', path.join(file, 'graph.svg'));
    expect(unwritable.code).toBe(2);
  });

  it.each([
    ['without-ssim', ['~ refinement.lambda: -0.2 → 0', '~ ssim(restored, normal): factor -0.2 → 0'], ['blocks, on', 'stage degradation']],
    ['without-kl', ['~ degradation.consistency: 1 → 0', '~ kl(I_D, I_Dref): factor 1 → 0'], ['blocks, on', 'stage refinement']],
    ['without-msr', ['1,522,664', '111.303', 'parameter groups: [2, 3, 4] → [1]', '-   r[3].group[1..4]'], ['training\n']],
    ['without-dl-da', ['- stage degradation', '+ stage joint', '- streams: ', '- d_de, d_low'], ['blocks, on']],
  ])('tells what the ablation %s is', async (name, told, untold) => {
    const { code, stdout } = await runCommand('diff', drgn, `models/ablations/${name}.mfn`);
    expect(code).toBe(1);
    const text = stdout.replace('~ streams: ', '- streams: ');
    for (const part of told) expect(text).toContain(part);
    for (const part of untold) expect(text).not.toContain(part);
    const variant = await runCommand('diff', `models/ablations/${name}.mfn`, `models/ablations/${name}.mfn`, '--json');
    expect([variant.code, JSON.parse(variant.stdout).equal]).toEqual([0, true]);
  });

  it('ends with 2 for a mistake in either source, an unknown file and a size that one cannot take', async () => {
    const broken = edited('|> pixel_shuffle(2)', '|> pixel_shuffel(2)');
    expect((await runCommand('diff', drgn, broken)).code).toBe(2);
    const { code, stderr } = await runCommand('diff', drgn, 'models/none.mfn');
    expect([code, stderr.includes('no such file')]).toEqual([2, true]);
    const odd = await runCommand('diff', 'models/lw-drgn.mfn', drgn, '--size', '100x100');
    expect([odd.code, odd.stderr.includes('DRGN takes no picture of 100x100')]).toEqual([2, true]);
  });
});
