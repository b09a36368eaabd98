import { describe, expect, it } from 'vitest';
import {
  initializeWeights,
  LoweringFailure,
  listAllWeights,
  listWeights,
  lowerInference,
  lowerTrainStep,
} from '../../src/compiler/3-lower/index.js';
import { belongsTo } from '../../src/compiler/3-lower/weights.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { analyzeText } from '../support/analyze-text.js';
import { littleNetwork } from '../support/ir-builder.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn, type Tensor64 } from '../support/reference/tensor.js';

const ir = littleNetwork();
const netWeights = ['net.conv1.kernel', 'net.conv1.bias', 'net.conv2.kernel', 'net.conv2.bias'];
const criticWeights = ['critic.kernel', 'critic.bias'];

/** Values for all inputs of a train step: random images, first weights, empty moments, the scalars of a step. */
const feedsFor = (step: ReturnType<typeof lowerTrainStep>, at = 0): Map<string, ArrayLike<number>> => {
  const weights = initializeWeights(ir, 3);
  const scalars = step.hostScalars(at, 0);
  return new Map(
    step.program.inputs.map(({ name, role, tensor }): [string, ArrayLike<number>] => {
      const length = elementsIn(step.program.tensors[tensor]?.shape ?? []);
      if (role === 'parameter') return [name, weights.get(name)?.values ?? []];
      if (role === 'scalar') return [name, scalars.get(name)?.values ?? []];
      return [name, role === 'state' ? new Float64Array(length) : randomValues(length, name)];
    }),
  );
};

const valuesOf = (results: ReadonlyMap<string, Tensor64>, name: string): Float64Array => results.get(name)?.values ?? new Float64Array();

describe('lowering for inference', () => {
  it('starts from an IR that is valid', () => {
    expect(verifyIR(ir)).toEqual([]);
    expect(verifyIR(JSON.parse(JSON.stringify(ir)))).toEqual([]);
  });

  it('names inputs and outputs as the model does, and weights by their paths', () => {
    const program = lowerInference(ir, { batch: 1, height: 4, width: 7 });
    expect(verifyProgram(program)).toEqual([]);
    expect(program.inputs.map(({ role, name }) => `${role} ${name}`)).toEqual([
      'data low',
      ...netWeights.map((name) => `parameter ${name}`),
    ]);
    expect(program.outputs.map(({ role, name }) => `${role} ${name}`)).toEqual(['result enhanced']);
    expect(program.tensors[program.outputs[0]?.tensor ?? -1]?.shape).toEqual([1, 4, 7, 3]);
  });

  it('says which instance and line a node comes from', () => {
    const sources = new Map([['hand.mfn', 'mfn 1\n']]);
    const origins = lowerInference(ir, { batch: 1, height: 4, width: 4 }, sources).nodes.map(({ origin }) => origin);
    expect(origins[0]).toEqual({ file: 'hand.mfn', line: 1, path: 'net.conv1' });
    expect(origins.at(-1)?.path).toBe('');
  });

  it('refuses sizes that break a constraint, and sizes that are none', () => {
    expect(() => lowerInference(ir, { batch: 1, height: 5, width: 4 })).toThrow('Little needs a height that is divisible by 2; 5 is not');
    expect(() => lowerInference(ir, { batch: 1, height: 4, width: 0 })).toThrow(LoweringFailure);
  });

  it('refuses a size that is smaller than a window', () => {
    const text = 'mfn 1\nmodel Window {\n  in  x: image\n  out y: tensor\n  y = avg_pool(x, size: [5, 5])\n}\n';
    const { ir: window } = analyzeText(text);
    if (!window) throw new Error('the source is sound');
    expect(() => lowerInference(window, { batch: 1, height: 4, width: 8 })).toThrow(
      new LoweringFailure(
        'a size of 4x8 does not fit the network: avg_pool: a window of 5x5 does not fit into an input of 4x8 (in main.mfn)',
      ),
    );
  });
});

describe('lowering a train step', () => {
  const step = lowerTrainStep(ir, 'first');

  it('gives a valid Program at the batch and patch of the training section', () => {
    expect(verifyProgram(step.program)).toEqual([]);
    const low = step.program.inputs.find(({ name }) => name === 'low');
    expect(step.program.tensors[low?.tensor ?? -1]?.shape).toEqual([2, 6, 5, 3]);
  });

  it('reads streams, weights, moments and scalars, and writes losses, logged scalars and what is trained', () => {
    const inputs = (wanted: string): string[] => step.program.inputs.filter(({ role }) => role === wanted).map(({ name }) => name);
    const outputs = (wanted: string): string[] => step.program.outputs.filter(({ role }) => role === wanted).map(({ name }) => name);
    const all = [...netWeights, ...criticWeights];
    const moments = all.flatMap((name) => [`${name}:m`, `${name}:v`]);
    expect(inputs('data')).toEqual(['low', 'normal']);
    expect(inputs('parameter')).toEqual(all);
    expect(inputs('state')).toEqual(moments);
    expect(inputs('scalar')).toEqual(['L_net:step_size', 'L_net:correction', 'L_critic:step_size', 'L_critic:correction']);
    expect(outputs('result')).toEqual(['L_net', 'L_critic', 'mse']);
    expect(outputs('parameter')).toEqual(all);
    expect(outputs('state')).toEqual(moments);
    expect(step.minimizers).toEqual([
      { loss: 'L_net', weights: netWeights },
      { loss: 'L_critic', weights: criticWeights },
    ]);
  });

  it('computes the forward pass once for all minimizers', () => {
    expect(step.program.nodes.filter(({ op }) => op === 'conv2d')).toHaveLength(2);
    expect(step.program.nodes.some(({ op }) => op === 'stop_gradient')).toBe(false);
  });

  it('moves each weight by the gradient of its own loss, all from the weights before the step', () => {
    const feeds = feedsFor(step);
    const results = interpret(step.program, feeds);
    for (const { loss, weights } of step.minimizers) {
      for (const path of weights) {
        const before = feeds.get(path) ?? [];
        const values = Float64Array.from(before);
        values[0] = (before[0] ?? 0) + 1e-4;
        const above = valuesOf(interpret(step.program, new Map(feeds).set(path, values)), loss)[0] ?? 0;
        values[0] = (before[0] ?? 0) - 1e-4;
        const below = valuesOf(interpret(step.program, new Map(feeds).set(path, values)), loss)[0] ?? 0;
        // After the first step the moment m is (1 - beta1) times the gradient.
        expect(valuesOf(results, `${path}:m`)[0]).toBeCloseTo((0.1 * (above - below)) / 2e-4, 6);
      }
    }
  });

  it('trains only what a minimizer is over', () => {
    const second = lowerTrainStep(ir, 'second', { batch: 1, height: 4, width: 4 });
    expect(verifyProgram(second.program)).toEqual([]);
    expect(second.minimizers).toEqual([{ loss: 'L', weights: ['net.conv2.kernel', 'net.conv2.bias'] }]);
    expect(second.program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => name)).toEqual(netWeights);
    expect(second.program.nodes.some(({ op }) => op === 'conv2d_transpose')).toBe(false);
  });

  it('computes the scalars of each minimizer from its own rate', () => {
    const scalars = step.hostScalars(1, 0);
    expect(scalars.get('L_net:step_size')?.values[0]).toBeCloseTo(0.01 / (1 - 0.9 ** 2), 7);
    expect(scalars.get('L_critic:step_size')?.values[0]).toBeCloseTo((0.02 * 0.5) / (1 - 0.9 ** 2), 7);
    expect(scalars.get('L_critic:correction')?.values[0]).toBeCloseTo(1 / Math.sqrt(1 - 0.999 ** 2), 4);
    expect(step.rate(7, 0)).toBe(0.01);
  });

  it('reduces the loss when its updates are repeated', () => {
    const second = lowerTrainStep(ir, 'second', { batch: 1, height: 4, width: 4 });
    const feeds = feedsFor(second);
    const losses: number[] = [];
    for (let at = 0; at < 20; at++) {
      for (const [name, { values }] of second.hostScalars(at, 0)) feeds.set(name, values);
      const results = interpret(second.program, feeds);
      losses.push(valuesOf(results, 'L')[0] ?? Number.NaN);
      for (const { name, role } of second.program.outputs) if (role !== 'result') feeds.set(name, valuesOf(results, name));
    }
    expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
  });

  it('says which stages there are when one is asked for that is not there', () => {
    expect(() => lowerTrainStep(ir, 'third')).toThrow("Little has no training stage 'third'; it has first, second");
  });
});

describe('weights', () => {
  it('are listed in the order of the IR, those of discriminators with their stage', () => {
    expect(listWeights(ir).map(({ path }) => path)).toEqual(netWeights);
    expect(listWeights(ir, 'Little.first').map(({ path }) => path)).toEqual([...netWeights, ...criticWeights]);
    expect(listAllWeights(ir).map(({ path }) => path)).toEqual([...netWeights, ...criticWeights]);
  });

  it('get first values that depend on nothing but the seed and their path', () => {
    const one = initializeWeights(ir, 1);
    const again = initializeWeights({ ...ir, definitions: ir.definitions }, 1);
    const other = initializeWeights(ir, 2);
    expect([...one.keys()]).toEqual([...netWeights, ...criticWeights]);
    expect(again).toEqual(one);
    expect(other.get('net.conv1.kernel')?.values).not.toEqual(one.get('net.conv1.kernel')?.values);
    expect(one.get('net.conv2.kernel')?.values.subarray(0, 9)).not.toEqual(one.get('net.conv1.kernel')?.values.subarray(0, 9));
    expect(one.get('net.conv1.bias')?.values.every((value) => value === 0)).toBe(true);
  });
});

describe('the weights of an instance', () => {
  it.each([
    ['d.kernel', true],
    ['d.inner.kernel', true],
    ['d[1].kernel', false],
    ['dark.kernel', false],
  ])('`d` has %s: %s', (path, expected) => {
    expect(belongsTo(path, 'd')).toBe(expected);
  });
});
