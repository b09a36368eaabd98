import { describe, expect, it } from 'vitest';
import { presentEngines } from '../parity/engines.js';
import { programBuilder } from '../support/program-builder.js';

/** Doubles a weight and adds to a state with each run; gives the weight's sum. */
function doubling() {
  const b = programBuilder('doubling', 'train-step');
  const x = b.input('x', [2]);
  const weight = b.parameter('w', [2]);
  const state = b.state('w:m', [2]);
  b.result('sum', b.op('reduce_sum', [b.op('mul', [weight, x])], { axes: [0], keepdims: false }));
  b.nextParameter('w', b.op('add', [weight, weight]));
  b.nextState('w:m', b.op('add', [state, x]));
  return b.build();
}

const tensor = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });

describe.each((await presentEngines()).map((engine) => [engine.name, engine] as const))('a run on %s', (_name, engine) => {
  it('counts only once its outcome is accepted; the outcome is shown before', async () => {
    const executable = await engine.compile(doubling());
    try {
      executable.write('parameter', new Map([['w', tensor(1, 2)]]));
      executable.write('state', new Map([['w:m', tensor(0, 0)]]));
      const held = async () => [(await executable.read('parameter')).get('w')?.values, (await executable.read('state')).get('w:m')?.values];
      const feeds = new Map([['x', tensor(1, 10)]]);
      const refused = new Error('refused');
      const refuse = executable.run(feeds, undefined, async ({ results, next }) => {
        expect(results.get('sum')?.values).toEqual(Float32Array.of(21));
        expect((await next('parameter')).get('w')).toEqual(tensor(2, 4));
        expect((await next('state')).get('w:m')).toEqual(tensor(1, 10));
        throw refused;
      });
      await expect(refuse).rejects.toBe(refused);
      expect(await held()).toEqual([Float32Array.of(1, 2), Float32Array.of(0, 0)]);
      await executable.run(feeds, undefined, async () => undefined);
      await executable.run(feeds);
      expect(await held()).toEqual([Float32Array.of(4, 8), Float32Array.of(2, 20)]);
    } finally {
      await executable.dispose();
    }
  });
});
