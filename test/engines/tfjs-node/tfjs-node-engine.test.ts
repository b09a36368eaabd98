import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/compiler/ir/program.js';
import type { HostTensor } from '../../../src/runtime/engines/index.js';
import { loadBinding } from '../../../src/runtime/engines/tfjs-node/binding.js';
import { tfjsNodeEngine } from '../../../src/runtime/engines/tfjs-node/index.js';
import { locateEngine } from '../../../src/runtime/engines/tfjs-node/location.js';
import { restorationNetwork } from '../../emit/onnx/restoration-network.js';
import { hostTensors, runOnce } from '../../parity/engines.js';
import { programBuilder } from '../../support/program-builder.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';

const status = await tfjsNodeEngine.probe();
if (!status.available) console.log(`skipped: the engine tfjs-node is not tested. ${status.reason}`);

const scalar = (value: number): HostTensor => ({ shape: [], values: Float32Array.of(value) });

/** Counts: the state n grows by the scalar `by`, the parameter w doubles; `sum` is n + w before the step. */
function counter(): Program {
  const b = programBuilder('counter', 'train-step');
  const w = b.parameter('w', [3]);
  const n = b.state('n', []);
  const by = b.hostScalar('by');
  b.result('sum', b.op('reduce_sum', [b.op('add', [w, n])]));
  b.result('twice', b.op('mul', [by, b.scalar(2)]));
  b.nextParameter('w', b.op('mul', [w, b.scalar(2)]));
  b.nextState('n', b.op('add', [n, by]));
  return b.build();
}

const begin = async () => {
  const executable = await tfjsNodeEngine.compile(counter());
  executable.write('parameter', new Map([['w', { shape: [3], values: Float32Array.of(1, 2, 3) }]]));
  executable.write('state', new Map([['n', scalar(10)]]));
  return executable;
};

describe.skipIf(!status.available)('the engine tfjs-node', () => {
  it('names versions, device, threads and place', () => {
    expect(status).toMatchObject({ name: 'tfjs-node', devices: ['CPU'] });
    expect(Object.keys(status.versions)).toEqual(['tfjs-node', 'tensorflow']);
    expect(status.threads).toBeGreaterThan(0);
    expect(status.location).toBeTruthy();
  });

  it('keeps parameters and states between runs', async () => {
    const executable = await begin();
    const by = new Map([['by', scalar(5)]]);
    expect((await executable.run(by)).get('sum')?.values).toEqual(Float32Array.of(36));
    expect((await executable.run(by)).get('sum')?.values).toEqual(Float32Array.of(57));
    expect((await executable.read('parameter')).get('w')).toEqual({ shape: [3], values: Float32Array.of(4, 8, 12) });
    expect((await executable.read('state')).get('n')).toEqual(scalar(20));
    await executable.dispose();
  });

  it('reads back only the results that are asked for, and still makes the step', async () => {
    const executable = await begin();
    const results = await executable.run(new Map([['by', scalar(5)]]), ['twice']);
    expect([...results]).toEqual([['twice', scalar(10)]]);
    expect(await executable.run(new Map([['by', scalar(0)]]), [])).toEqual(new Map());
    expect((await executable.read('state')).get('n')).toEqual(scalar(15));
    await executable.dispose();
  });

  it('is not affected by what the caller does with the arrays afterwards', async () => {
    const executable = await tfjsNodeEngine.compile(counter());
    const w = Float32Array.of(1, 2, 3);
    executable.write('parameter', new Map([['w', { shape: [3], values: w }]]));
    w.fill(9);
    expect((await executable.read('parameter')).get('w')?.values).toEqual(Float32Array.of(1, 2, 3));
    await executable.dispose();
  });

  it('holds as many tensors after many runs as before, and none after dispose', async () => {
    const location = await locateEngine('tfjs-node');
    if (!location) throw new Error('the engine is available but has no place');
    const binding = loadBinding(location);
    const before = [binding.getNumOfTensors(), binding.getNumOfSavedModels()];
    const executable = await begin();
    for (let i = 0; i < 200; i++) await executable.run(new Map([['by', scalar(1)]]));
    expect(binding.getNumOfTensors() - (before[0] ?? 0)).toBe(2);
    await executable.run(new Map()).catch(() => undefined);
    expect(binding.getNumOfTensors() - (before[0] ?? 0)).toBe(2);
    await executable.dispose();
    await executable.dispose();
    expect([binding.getNumOfTensors(), binding.getNumOfSavedModels()]).toEqual(before);
  });

  it('leaves no files behind', async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('mfnc-model-'));
    const before = folders();
    await (await begin()).dispose();
    expect(folders()).toEqual(before);
  });

  it('gives the same bits for the same inputs', async () => {
    const program = restorationNetwork();
    const values = new Map(
      program.inputs.map(({ name, tensor }) => [name, randomValues(elementsIn(program.tensors[tensor]?.shape ?? []), name)]),
    );
    const [first, second] = [await runOnce(tfjsNodeEngine, program, values), await runOnce(tfjsNodeEngine, program, values)];
    expect(first.get('enhanced')?.values).toEqual(second.get('enhanced')?.values);
    const constant = await runOnce(tfjsNodeEngine, program, values, { weights: hostTensors(program, values, 'parameter') });
    const [a, b] = [first.get('enhanced')?.values ?? [], constant.get('enhanced')?.values ?? []];
    expect(Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? Number.NaN))))).toBeLessThan(1e-5);
  });

  describe('says what is wrong', () => {
    it.each([
      ['a missing input', new Map(), undefined, /needs the scalar by, which was not given/],
      [
        'another shape',
        new Map([['by', { shape: [2], values: new Float32Array(2) }]]),
        undefined,
        /takes by of shape \[\], it was given \[2\]/,
      ],
      [
        'too few values',
        new Map([['by', { shape: [], values: new Float32Array(0) }]]),
        undefined,
        /by of shape \[\] has 1 values, it was given 0/,
      ],
      ['an unknown result', new Map([['by', scalar(1)]]), ['some'], /no result some; it has sum, twice/],
    ])('%s', async (_, feeds, fetch, message) => {
      const executable = await begin();
      await expect(executable.run(feeds, fetch)).rejects.toThrow(message);
      await executable.dispose();
    });

    it('a parameter that was never written, one that does not exist, one that is a constant', async () => {
      const program = counter();
      const executable = await tfjsNodeEngine.compile(program);
      await expect(executable.run(new Map([['by', scalar(1)]]))).rejects.toThrow(/needs the parameter w/);
      expect(() => executable.write('parameter', new Map([['v', scalar(1)]]))).toThrow(/takes no parameter v/);
      await executable.dispose();
      const w = { shape: [3], values: new Float32Array(3) };
      const frozen = await tfjsNodeEngine.compile(program, { weights: new Map([['w', w]]) });
      expect(() => frozen.write('parameter', new Map([['w', w]]))).toThrow(/takes no parameter w/);
      await frozen.dispose();
    });

    it('another number of threads than the process runs with', async () => {
      await begin().then((executable) => executable.dispose());
      await expect(tfjsNodeEngine.compile(counter(), { threads: 77 })).rejects.toThrow(/cannot change to 77/);
    });

    it('a run after dispose', async () => {
      const executable = await begin();
      await executable.dispose();
      await expect(executable.run(new Map())).rejects.toThrow(/was disposed of/);
    });
  });
});
