import { describe, expect, it } from 'vitest';
import type { Program } from '../../src/compiler/ir/program.js';
import { EngineFailure, type HostTensor } from '../../src/runtime/engines/index.js';
import { programBuilder } from '../support/program-builder.js';
import { presentEngines } from './engines.js';

const tensor = (values: readonly number[], shape: readonly number[] = [values.length]): HostTensor => ({
  shape,
  values: Float32Array.from(values),
});

/** w' = w - rate x, m' = m + 1; results: w x and the sum of w. */
function countingStep(): Program {
  const b = programBuilder('counting', 'train-step');
  const x = b.input('x', [2]);
  const w = b.parameter('layer.w', [2]);
  b.nextParameter('layer.w', b.op('sub', [w, b.op('mul', [b.hostScalar('rate'), x])]));
  b.nextState('layer.w:m', b.op('add', [b.state('layer.w:m', []), b.scalar(1)]));
  b.result('product', b.op('mul', [w, x]));
  b.result('total', b.op('reduce_sum', [w]));
  return b.build();
}

const feeds = new Map([
  ['x', tensor([1, 2])],
  ['rate', tensor([0.5], [])],
]);

const numbers = (value: HostTensor | undefined): number[] => [...(value?.values ?? [])];

const engines = await presentEngines({ software: 'included' });

describe.each(engines.map((engine) => [engine.name, engine] as const))('an executable of %s', (_name, engine) => {
  const prepared = async () => {
    const executable = await engine.compile(countingStep());
    executable.write('parameter', new Map([['layer.w', tensor([3, 4])]]));
    executable.write('state', new Map([['layer.w:m', tensor([0], [])]]));
    return executable;
  };

  it('replaces parameters and states by their next values, run by run', async () => {
    const executable = await prepared();
    expect(numbers((await executable.run(feeds)).get('product'))).toEqual([3, 8]);
    expect(numbers((await executable.run(feeds)).get('product'))).toEqual([2.5, 6]);
    expect(numbers((await executable.read('parameter')).get('layer.w'))).toEqual([2, 2]);
    expect(numbers((await executable.read('state')).get('layer.w:m'))).toEqual([2]);
    await executable.dispose();
  });

  it('reads back the results asked for, and lets earlier ones be', async () => {
    const executable = await prepared();
    const first = await executable.run(feeds, ['total']);
    expect([...first.keys()]).toEqual(['total']);
    await executable.run(feeds);
    expect(first.get('total')).toEqual(tensor([7], []));
    await executable.dispose();
  });

  it('keeps values of its own: what the caller does to its arrays afterwards changes nothing', async () => {
    const executable = await prepared();
    const mine = tensor([1, 1]);
    executable.write('parameter', new Map([['layer.w', mine]]));
    mine.values.fill(9);
    const read = await executable.read('parameter');
    read.get('layer.w')?.values.fill(7);
    expect(numbers((await executable.run(feeds)).get('product'))).toEqual([1, 2]);
    await executable.dispose();
  });

  it('takes weights as constants, which can be neither replaced nor read', async () => {
    const b = programBuilder('constant');
    b.result('y', b.op('mul', [b.input('x', [2]), b.parameter('w', [2])]));
    const executable = await engine.compile(b.build(), { weights: new Map([['w', tensor([2, 3])]]) });
    expect(numbers((await executable.run(new Map([['x', tensor([1, 2])]]))).get('y'))).toEqual([2, 6]);
    expect(() => executable.write('parameter', new Map([['w', tensor([0, 0])]]))).toThrow(/'?w'?/);
    expect((await executable.read('parameter')).size).toBe(0);
    await executable.dispose();
  });

  it('hands out inputs, constants and one tensor twice', async () => {
    const b = programBuilder('passing');
    const x = b.input('x', [2]);
    const y = b.op('neg', [x]);
    b.result('same', x);
    b.result('fixed', b.constant([5, 6], [2]));
    b.result('once', y);
    b.result('twice', y);
    const executable = await engine.compile(b.build());
    const results = await executable.run(new Map([['x', tensor([1, 2])]]));
    expect(Object.fromEntries([...results].map(([name, value]) => [name, numbers(value)]))).toEqual({
      same: [1, 2],
      fixed: [5, 6],
      once: [-1, -2],
      twice: [-1, -2],
    });
    await executable.dispose();
  });

  describe('fails with one clear message', () => {
    const failure = async (attempt: () => unknown): Promise<string> => {
      try {
        await attempt();
      } catch (error) {
        expect(error).toBeInstanceOf(EngineFailure);
        return (error as Error).message;
      }
      throw new Error('nothing failed');
    };

    it('for an input that is missing or has another shape', async () => {
      const executable = await prepared();
      expect(await failure(() => executable.run(new Map([['x', tensor([1, 2])]])))).toContain('rate');
      const wrong = await failure(() => executable.run(new Map([...feeds, ['x', tensor([1, 2, 3])]])));
      expect(wrong).toContain('x');
      expect(wrong).toMatch(/3/);
      await executable.dispose();
    });

    it('for a parameter without a value', async () => {
      const executable = await engine.compile(countingStep());
      expect(await failure(() => executable.run(feeds))).toContain('layer.w');
      await executable.dispose();
    });

    it('for names that the Program does not have', async () => {
      const executable = await prepared();
      expect(await failure(() => executable.write('parameter', new Map([['other', tensor([1])]])))).toContain('other');
      expect(await failure(() => executable.run(feeds, ['nothing']))).toContain('nothing');
      await executable.dispose();
    });

    it('after dispose', async () => {
      const executable = await prepared();
      await executable.dispose();
      expect(await failure(() => executable.run(feeds))).toContain('disposed');
    });
  });
});
