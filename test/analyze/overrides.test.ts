import { describe, expect, test } from 'vitest';
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
    [
      'a misspelled parameter',
      { parameters: { widht: 8 } },
      ['MFN2020 the model `LWDRGN` has no parameter `widht` (did you mean `width`?)'],
    ],
    ['a parameter of another type', { parameters: { width: 8.5 } }, ['MFN2001 the override of `width` must be an int, not the float 8.5']],
    [
      'a misspelled setting',
      { settings: { 'refinment.lambda': 0 } },
      ['MFN2021 the training has no setting `refinment.lambda` (did you mean `refinement.lambda`?)'],
    ],
    [
      'a setting of another type',
      { settings: { 'refinement.lambda': true } },
      ['MFN2022 the override of `refinement.lambda` must be a number, not true'],
    ],
    [
      'a patch that does not fit the network',
      { settings: { patch: [50, 48] } },
      ['MFN3005 a patch of 50 x 48 does not fit the network, which needs H divisible by 4 (choose another patch size)'],
    ],
    [
      'a patch of three numbers',
      { settings: { patch: [48, 48, 3] } },
      ['MFN2022 the override of `patch` must be a list of a height and a width, not a list of 3'],
    ],
    ['an empty batch', { settings: { batch: 0 } }, ['MFN2016 the size of a batch is 0, outside 1 to 65536']],
  ])('%s is an error with a hint', (_what, options, expected) => {
    expect(problems(options as CompileOptions)).toEqual(expected);
  });
});
