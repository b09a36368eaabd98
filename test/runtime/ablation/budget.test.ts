import { describe, expect, it } from 'vitest';
import type { Training } from '../../../src/compiler/ir/ir.js';
import { type Budget, stepLimits } from '../../../src/runtime/ablation/index.js';

type Duration = { readonly epochs: number } | { readonly steps: number };
const training = (durations: Readonly<Record<string, Duration>>): Training =>
  ({ stages: Object.entries(durations).map(([name, duration]) => ({ name, duration })) }) as unknown as Training;
const budget = (limits: Partial<Budget>): Budget => ({
  stageSteps: undefined,
  runSteps: undefined,
  runMinutes: undefined,
  totalMinutes: undefined,
  ...limits,
});

const drgn = training({ degradation: { epochs: 20 }, refinement: { epochs: 40 }, joint: { epochs: 0 } });

describe('the steps of a budget', () => {
  it('are shared by the stages in proportion to their lengths, so that variants of other stages get as many', () => {
    expect([...stepLimits(budget({ runSteps: 300 }), drgn, 'DRGN')]).toEqual([
      ['degradation', 100],
      ['refinement', 200],
    ]);
    expect([...stepLimits(budget({ runSteps: 300 }), training({ joint: { epochs: 60 } }), 'w/o DL-DA')]).toEqual([['joint', 300]]);
  });

  it.each([1, 2, 7, 100, 101, 9999])('of a run are %i in all, as far as each stage gets one', (steps) => {
    const limits = [
      ...stepLimits(budget({ runSteps: steps }), training({ a: { steps: 3 }, b: { steps: 17 }, c: { steps: 31 } }), '').values(),
    ];
    expect(limits.every((limit) => Number.isInteger(limit) && limit >= 1)).toBe(true);
    if (steps >= 100) expect(limits.reduce((sum, limit) => sum + limit, 0)).toBe(steps);
  });

  it('of a stage hold for each stage, and the smaller limit counts', () => {
    expect(stepLimits(budget({ stageSteps: 150, runSteps: 300 }), drgn, 'DRGN').get('refinement')).toBe(150);
    expect(stepLimits(budget({ stageSteps: 150, runSteps: 300 }), drgn, 'DRGN').get('degradation')).toBe(100);
    expect(stepLimits(budget({}), drgn, 'DRGN').size).toBe(0);
  });

  it('cannot be shared by stages that are told in steps and in epochs', () => {
    const mixed = training({ first: { epochs: 2 }, second: { steps: 40 } });
    expect(() => stepLimits(budget({ runSteps: 10 }), mixed, 'Tiny')).toThrow(
      'Tiny: its stages are told in steps and in epochs (first: 2 epochs, second: 40 steps)',
    );
  });
});
