import { describe, expect, test } from 'vitest';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { analyzeText } from '../support/analyze-text.js';
import { irOf, modelText, parameterCount, weightPaths } from '../support/shipped-models.js';

const models = [
  { name: 'drgn', parameters: 4_774_768, divisor: 8 },
  { name: 'lw-drgn', parameters: 660_486, divisor: 4 },
];

describe.each(models)('$name', ({ name, parameters, divisor }) => {
  const ir = irOf(modelText(name));

  test('checks without errors and warnings', () => {
    expect(analyzeText(modelText(name)).diagnostics).toEqual([]);
    expect(verifyIR(ir)).toEqual([]);
  });

  test('has the published number of parameters', () => {
    expect(parameterCount(ir)).toBe(parameters);
  });

  test('demands sizes that its resolutions divide', () => {
    expect(ir.model.constraints.map(({ symbol, divisor: found }) => `${symbol} ${found}`)).toEqual([`H ${divisor}`, `W ${divisor}`]);
    for (const { because } of ir.model.constraints) expect(because.length).toBeGreaterThan(0);
  });

  test('has the two stages of the paper; the joint one is off', () => {
    const stages = ir.training?.stages ?? [];
    expect(stages.map((stage) => [stage.name, stage.duration, stage.frozen])).toEqual([
      ['degradation', { epochs: 20 }, []],
      ['refinement', { epochs: 40 }, ['deg']],
    ]);
    expect(stages.map((stage) => stage.minimizers.map(({ loss, over }) => `${loss} over ${over}`))).toEqual([
      ['L_deg over deg', 'L_dlow over d_low', 'L_dde over d_de'],
      ['L_reg over reg'],
    ]);
    const joint = irOf(modelText(name), { settings: { 'joint.epochs': 10, 'refinement.epochs': 0 } }).training?.stages ?? [];
    expect(joint.map((stage) => stage.name)).toEqual(['degradation', 'joint']);
    expect(joint[1]?.minimizers[0]?.over).toEqual(['deg', 'reg']);
  });

  test('keeps a channel in every attention when it is made narrow', () => {
    const narrow = irOf(modelText(name), { parameters: { width: 8 } });
    expect(narrow.model.parameters).toEqual({ width: 8 });
    expect(weightPaths(narrow).filter((line) => / \[(.*, )?0[\],]/.test(line))).toEqual([]);
    expect(parameterCount(narrow)).toBeLessThan(parameters / 10);
  });

  test('keeps the paths of its weights when lines are added elsewhere', () => {
    const text = modelText(name)
      .replace('  deg = ', '  /// One more line.\n  let spare = 2\n  extra = spare * low\n  deg = ')
      .replace('base = low - degradation', 'base = low - degradation + 0 * extra');
    expect(weightPaths(irOf(text))).toEqual(weightPaths(ir));
  });

  test('has weight paths made of names', async () => {
    await expect(`${weightPaths(ir).join('\n')}\n`).toMatchFileSnapshot(`${name}.weights.txt`);
  });
});

test('the anchor loss of the first stage is a setting, off by default', () => {
  const nodes = (settings: Record<string, number>): number => {
    const ir = irOf(modelText('lw-drgn'), { settings });
    return ir.definitions.find((definition) => definition.block === 'LWDRGN.degradation')?.nodes.length ?? 0;
  };
  expect(nodes({ 'degradation.anchor': 0.5 })).toBeGreaterThan(nodes({}) + 5);
});
