import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeImage } from '../../../src/runtime/data/index.js';
import { fsim } from '../../../src/runtime/metrics/fsim.js';
import { enlarge, evaluatePairs } from '../../../src/runtime/metrics/index.js';
import { readyMetric } from '../../../src/runtime/metrics/metric.js';
import { syntheticPhotograph } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

describe('evaluating pairs that are reduced for the network', () => {
  it('refuses one of which less is measured than a metric needs, and says how large it has to be', async () => {
    const folder = temporaryFolder();
    const evaluate = async (side: number) => {
      const truth = join(folder, `${side}.png`);
      writeFileSync(truth, await encodeImage(syntheticPhotograph(side, side, 1), 'png'));
      const network = { scale: 3, enhance: async (image: Parameters<typeof enlarge>[0]) => enlarge(image, 3) };
      const roles = { input: 'truth', truth: 'truth', reduction: 3 };
      return evaluatePairs([{ name: 'a', files: { truth } }], roles, network, undefined, [readyMetric(fsim)]);
    };
    await expect(evaluate(17)).rejects.toThrow(
      /17\.png: is 17x17 pixels; FSIM needs at least 18x18, as 16 is rounded up to a multiple of 3, by which the network enlarges\.$/,
    );
    expect((await evaluate(20)).images).toMatchObject([{ width: 18, height: 18, scores: { fsim: expect.any(Number) } }]);
  });
});
