import { beforeAll, describe, expect, it } from 'vitest';
import { initializeWeights, lowerInference } from '../../src/compiler/3-lower/index.js';
import { eliminateDeadCode } from '../../src/compiler/3-lower/passes/eliminate-dead-code.js';
import type { IR } from '../../src/compiler/index.js';
import type { Engine, HostTensor } from '../../src/runtime/engines/index.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { greatestDifference, trainingTolerance as tolerance } from './differences.js';
import { presentEngines, runOnce } from './engines.js';
import { type Beginning, beginningOf, miniature, type Trained, train } from './miniature.js';

let ir: IR;
let engines: readonly Engine[] = [];

beforeAll(async () => {
  ir = miniature();
  engines = await presentEngines();
});

describe('the miniature of LW-DRGN', () => {
  it('enhances alike on every engine and in float64', async () => {
    const program = lowerInference(ir, { batch: 1, height: 24, width: 32 });
    const weights = initializeWeights(ir, 3);
    const feeds = new Map<string, ArrayLike<number>>([['low', randomValues(24 * 32 * 3, 'low')]]);
    for (const { name, role } of program.inputs) if (role === 'parameter') feeds.set(name, weights.get(name)?.values ?? []);
    const expected = interpret(program, feeds);
    for (const engine of engines) {
      const results = [await runOnce(engine, program, feeds), await runOnce(engine, program, feeds, { weights })];
      for (const found of results) expect.soft(greatestDifference(found, expected).difference, engine.name).toBeLessThan(tolerance);
    }
  });

  describe.each(['degradation', 'refinement'])('in stage %s', (stage) => {
    let beginning: Beginning;
    const trained = new Map<string, Trained>();

    beforeAll(async () => {
      beginning = beginningOf(ir, stage);
      for (const engine of engines) trained.set(engine.name, await train(engine, beginning, 5));
    });

    /** Compares each engine with the reference engine. */
    const compare = (what: string, of: (result: Trained) => ReadonlyMap<string, HostTensor>): void => {
      const reference = trained.get('tfjs-cpu');
      if (reference === undefined) throw new Error('tfjs-cpu is missing');
      for (const [engine, result] of trained) {
        if (engine === 'tfjs-cpu') continue;
        const { difference, network } = greatestDifference(of(result), of(reference));
        console.log(`${stage}, ${what}: ${engine} and tfjs-cpu differ by at most ${difference.toExponential(1)}, in ${network}`);
        expect.soft(difference, `${network} on ${engine}`).toBeLessThan(tolerance);
      }
    };

    it('has the losses of float64', () => {
      const { data, parameters, states, step } = beginning;
      const results = step.program.outputs.filter(({ role }) => role === 'result');
      const forward = eliminateDeadCode({ ...step.program, outputs: results });
      const feeds = [...data, ...parameters, ...states, ...step.hostScalars(0, 0)].map(([name, { values }]) => [name, values] as const);
      const expected = interpret(forward, new Map(feeds));
      for (const [engine, { first }] of trained) {
        expect.soft(greatestDifference(first, expected).difference, engine).toBeLessThan(tolerance);
      }
    });

    it('has the same gradients on every engine', () => compare('gradients', ({ firstMoments }) => firstMoments));
    it('has the same losses after 5 steps', () => compare('losses after 5 steps', ({ last }) => last));
    it('has the same weights after 5 steps', () => compare('weights after 5 steps', ({ parameters }) => parameters));
  });
});
