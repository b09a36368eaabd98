import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/runtime/engines/index.js';
import { tfjsCpuEngine } from '../../src/runtime/engines/tfjs/index.js';
import { greatestDifference, trainingTolerance } from './differences.js';
import { presentEngines } from './engines.js';
import { beginningOf, miniature, type Trained, train } from './miniature.js';

/** A device in software is slow: the network that training.test.ts trains on all other engines, narrower, on one smaller patch. */
const size = { width: 4, batch: 1, side: 16 };
const steps = 3;

/** The other stage trains three networks and takes twice as long. */
const stages = process.env.MFNC_ALL_STAGES === undefined ? ['refinement'] : ['degradation', 'refinement'];

const engines = await presentEngines({ software: 'only' });
if (engines.length === 0)
  console.log('skipped: no software Vulkan device (chromium-common has one), or a GPU that the other tests of parity use');

describe.each(engines.map((engine) => [engine.name, engine] as const))('training on %s on a device in software', (name, engine) => {
  describe.each(stages)('in stage %s', (stage) => {
    const results = new Map<Engine, Trained>();

    beforeAll(async () => {
      const beginning = beginningOf(miniature(size), stage);
      for (const each of [engine, tfjsCpuEngine]) results.set(each, await train(each, beginning, steps));
    }, 300_000);

    it.each([
      ['losses of the first step', 'first'],
      ['gradients', 'firstMoments'],
      [`losses of step ${steps}`, 'last'],
      [`weights after ${steps} steps`, 'parameters'],
    ] as const)('has the %s of tfjs-cpu', (what, of) => {
      const [found, expected] = [engine, tfjsCpuEngine].map((each) => (results.get(each) as Trained)[of]);
      const { difference, network } = greatestDifference(found as Trained[typeof of], expected as Trained[typeof of]);
      console.log(`${stage}, ${what}: ${name} and tfjs-cpu differ by at most ${difference.toExponential(1)}, in ${network}`);
      expect(difference, network).toBeLessThan(trainingTolerance);
    });
  });
});
