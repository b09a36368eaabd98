import { beforeAll, describe, expect, it } from 'vitest';
import { lowerInference } from '../../src/compiler/3-lower/index.js';
import { initializeWeights } from '../../src/compiler/3-lower/initialize.js';
import type { IR } from '../../src/compiler/index.js';
import type { Engine, HostTensor } from '../../src/runtime/engines/index.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { presentEngines, relativeDifference, runOnce } from './engines.js';
import { type Beginning, beginningOf, miniature, type Trained, train } from './miniature.js';

/** The product's promise: forward, loss, gradients and training agree to this, relative to the greatest magnitude in a tensor. */
const tolerance = 1e-4;

let ir: IR;
let engines: readonly Engine[] = [];

beforeAll(async () => {
  ir = miniature();
  engines = await presentEngines();
});

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>;

/** The greatest relative difference over tensors of the same names, and where it is. */
function greatestDifference(found: ReadonlyMap<string, HostTensor>, expected: Tensors): { difference: number; name: string } {
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  let greatest = { difference: 0, name: 'nothing' };
  for (const [name, { shape, values }] of expected) {
    const difference = relativeDifference(found.get(name), { shape, values: Float64Array.from(values) }, 1e-6);
    if (difference > greatest.difference) greatest = { difference, name };
  }
  return greatest;
}

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
        const { difference, name } = greatestDifference(of(result), of(reference));
        console.log(`${stage}, ${what}: ${engine} and tfjs-cpu differ by at most ${difference.toExponential(1)}, in ${name}`);
        expect.soft(difference, `${name} on ${engine}`).toBeLessThan(tolerance);
      }
    };

    it('has the losses of float64', () => {
      const { data, parameters, states, step } = beginning;
      const feeds = [...data, ...parameters, ...states, ...step.hostScalars(0, 0)].map(([name, { values }]) => [name, values] as const);
      const results = step.program.outputs.filter(({ role }) => role === 'result');
      const expected = interpret({ ...step.program, outputs: results }, new Map(feeds));
      for (const [engine, { first }] of trained) {
        expect.soft(greatestDifference(first, expected).difference, engine).toBeLessThan(tolerance);
      }
    });

    it('has the same gradients on every engine', () => compare('gradients', ({ firstMoments }) => firstMoments));
    it('has the same losses after 5 steps', () => compare('losses after 5 steps', ({ last }) => last));
    it('has the same weights after 5 steps', () => compare('weights after 5 steps', ({ parameters }) => parameters));
  });
});
