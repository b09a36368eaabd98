import { describe, expect, test } from 'vitest';
import { overridesFrom } from '../../src/compiler/2-analyze/variants/overrides.js';
import type { CompileOptions } from '../../src/compiler/index.js';
import { analyzeText } from '../support/analyze-text.js';
import { irOf, modelText } from '../support/shipped-models.js';

const text = modelText('lw-drgn');

const problems = (options: CompileOptions): string[] =>
  analyzeText(text, options).diagnostics.map(({ code, message, hint }) => `${code} ${message}${hint ? ` (${hint})` : ''}`);

describe('overrides', () => {
  test('change settings by their name paths', () => {
    const { training } = irOf(text, {
      settings: {
        batch: 8,
        patch: [48, 64],
        'refinement.lambda': 0,
        'refinement.steps': 100,
        'degradation.epochs': 2,
        rate: 1e-4,
        'refinement.rate': 1e-5,
      },
    });
    expect(training?.batch).toBe(8);
    expect(training?.patch).toEqual([48, 64]);
    expect(training?.stages.map(({ duration }) => duration)).toEqual([{ epochs: 2 }, { steps: 100 }]);
    expect(training?.stages.map(({ minimizers }) => minimizers[0]?.optimizer.rate)).toEqual([1e-4, 1e-5]);
    expect(training?.settings).toMatchObject({ batch: 8, 'refinement.lambda': 0, 'refinement.steps': 100, 'refinement.rate': 1e-5 });
  });

  test('may say that they are of the training', () => {
    expect(irOf(text, { settings: { 'training.refinement.lambda': -0.5 } }).training?.settings['refinement.lambda']).toBe(-0.5);
  });

  test.each([
    ['a misspelled parameter', { parameters: { widht: 8 } }, ['MFN6006 `main.mfn` has nothing named `widht` (did you mean `width`?)']],
    ['a parameter of another type', { parameters: { width: 8.5 } }, ['MFN2001 `width` of `LWDRGN` must be an int, not the float 8.5']],
    [
      'a misspelled setting',
      { settings: { 'refinment.lambda': 0 } },
      ['MFN6006 `training` has nothing named `refinment` (did you mean `training.refinement`?)'],
    ],
    [
      'a setting of another type',
      { settings: { 'refinement.lambda': true } },
      [
        'MFN6011 `training.refinement.lambda` is a number, not true (`set` keeps the kind of a value; in a variant, `replace training.refinement.lambda by ...` puts any expression in its place)',
      ],
    ],
    [
      'a patch that does not fit the network',
      { settings: { patch: [50, 48] } },
      ['MFN3005 a patch of 50 x 48 does not fit the network, which needs H divisible by 4 (choose another patch size)'],
    ],
    [
      'a patch of three numbers',
      { settings: { patch: [48, 48, 3] } },
      [
        'MFN6011 `training.data.patch` is a list of a height and a width, `[96, 96]`, not a list of 3 (`set` keeps the kind of a value; in a variant, `replace training.data.patch by ...` puts any expression in its place)',
      ],
    ],
    ['an empty batch', { settings: { batch: 0 } }, ['MFN2016 the size of a batch is 0, outside 1 to 65536']],
  ])('%s is an error with a hint', (_what, options, expected) => {
    expect(problems(options as CompileOptions)).toEqual(expected);
  });

  test('reach a `let` of a training and what is built in by different paths where both have one name', () => {
    const named = text
      .replace('  adam {', '  let rate = 0.5\n  let batch = 2\n  adam {')
      .replace('let anchor = 0.0', 'let anchor = 0 * rate * batch');
    const given = irOf(named, { settings: { rate: 0.25, 'adam.rate': 1e-5, 'data.batch': 4 } }).training;
    expect(given?.settings).toMatchObject({ rate: 0.25, 'adam.rate': 1e-5, batch: 2, 'data.batch': 4 });
    expect(given?.batch).toBe(4);
    expect(given?.stages.map(({ minimizers }) => minimizers[0]?.optimizer.rate)).toEqual([1e-5, 1e-5]);
  });

  test('reach sections that the source does not have, of the training and of one stage', () => {
    const settings = {
      'ema.decay': 0.9,
      weight_decay: 0.1,
      'refinement.ema.decay': 0,
      'refinement.gradients.clip_norm': 0.5,
      'refinement.gradients.log_norm': true,
      'refinement.adam.rate': 1e-5,
      'refinement.beta1': 0.5,
    };
    const given = irOf(text, { settings }).training;
    expect(given?.settings).toMatchObject(
      Object.fromEntries(Object.entries(settings).map(([path, value]) => [path.replace('adam.', ''), value])),
    );
    const [degradation, refinement] = given?.stages ?? [];
    expect(degradation).toMatchObject({ ema: { decay: 0.9 }, minimizers: [{ optimizer: { beta1: 0.9, weightDecay: 0.1 } }, {}, {}] });
    expect(degradation?.minimizers[0]).not.toHaveProperty('gradients');
    expect(refinement?.minimizers).toMatchObject([
      { optimizer: { beta1: 0.5, rate: 1e-5, weightDecay: 0.1 }, gradients: { clipNorm: 0.5, logNorm: true } },
    ]);
    expect(refinement).not.toHaveProperty('ema');
  });

  test('come one after the other: the last one counts', () => {
    const overrides = [overridesFrom('--set', ['width=16', 'width=8', 'training.batch=3'])];
    const ir = irOf(text, { parameters: { width: 4 }, overrides });
    expect(ir.model.parameters).toEqual({ width: 8 });
    expect(ir.training?.batch).toBe(3);
  });

  test('are named where a mistake in the source comes from them, and only those', () => {
    const overrides = [overridesFrom('--set', ['width=8', 'Module.rcabs=2', 'DenseFusionNetwork.modules=-1'])];
    const { diagnostics } = analyzeText(text, { overrides });
    const frames = diagnostics.flatMap(({ related }) => related.filter(({ span }) => span.file === '--set').map(({ span }) => span.start));
    expect([...new Set(frames)]).toEqual(['width=8\nModule.rcabs=2\n'.length]);
  });
});
