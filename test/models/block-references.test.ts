import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { lowerInference } from '../../src/compiler/3-lower/index.js';
import { layersModelFiles } from '../../src/compiler/4-emit/tfjs/index.js';
import { translate } from '../../src/compiler/4-emit/tfjs/translate.js';
import { decodeSafetensors } from '../../src/runtime/checkpoint/safetensors.js';
import { presentEngines, relativeDifference, runOnce } from '../parity/engines.js';
import { gradientProgram } from '../support/gradient-program.js';
import { loadLayersModel } from '../support/layers-model.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { irOf } from '../support/shipped-models.js';

// Inputs, weights and outputs by PyTorch (test/python/block_references.py).
const file = path.resolve(import.meta.dirname, 'references/blocks.safetensors');
const { tensors } = decodeSafetensors(readFileSync(file), file);

/** The module and the call of each case; functions are called without parentheses. */
const cases: readonly (readonly [name: string, module: string, call: string])[] = [
  ['LayerNorm', 'normalization', 'LayerNorm()'],
  ['BiasFreeLayerNorm', 'normalization', 'BiasFreeLayerNorm()'],
  ['GroupNorm', 'normalization', 'GroupNorm(3)'],
  ['InstanceNorm', 'normalization', 'InstanceNorm()'],
  ['PReLU', 'activations', 'PReLU(per_channel: true)'],
  ...['gelu', 'gelu_tanh', 'silu', 'mish', 'elu', 'hard_sigmoid', 'hard_swish'].map((name) => [name, 'activations', name] as const),
  ['WindowAttention', 'attention', 'WindowAttention(2, 4)'],
  ['WindowAttention shifted', 'attention', 'WindowAttention(2, 4, shift: 2)'],
  ['TransposedAttention', 'attention', 'TransposedAttention(2)'],
  ['GatedFeedForward', 'attention', 'GatedFeedForward(2.5)'],
  ['DynamicConv', 'attention', 'DynamicConv(5, 3, kernels: 3, reduction: 2, temperature: 2)'],
];

/** A case as a Program with the output `y`, and `loss` where it is wanted, and the values of its inputs. */
function programOf([name, module, call]: (typeof cases)[number], withLoss = false) {
  const [batch = 0, height = 0, width = 0, channels = 0] = reference(name, 'x').shape;
  const declared = call.replace(/\(.*/, '');
  const net = call === declared ? '' : `  net = ${call}\n`;
  const text = `mfn 1
import { ${declared} } from "std/${module}"
model Net {
  in  x: [B, H, W, ${channels}]
  out y: tensor
${withLoss ? '  out loss: []\n' : ''}${net}  y = ${net === '' ? call : 'net'}(x)
${withLoss ? '  loss = mean(square(y - 0.3))\n' : ''}}
`;
  const program = lowerInference(irOf(text), { batch, height, width });
  const feeds = new Map<string, ArrayLike<number>>(program.inputs.map((input) => [input.name, reference(name, input.name).values]));
  return { program, feeds };
}

function reference(name: string, tensor: string) {
  const found = tensors.get(`${name}/${tensor}`);
  if (!found) throw new Error(`there is no reference ${name}/${tensor}`);
  return found;
}

const engines = await presentEngines();

describe('blocks of the library give what PyTorch gives', () => {
  test.each(cases)('%s', async (...use) => {
    const [name] = use;
    const { program, feeds } = programOf(use);
    for (const { name: input, tensor } of program.inputs) expect(reference(name, input).shape).toEqual(program.tensors[tensor]?.shape);
    const wanted = [...tensors.keys()].filter((key) => key.startsWith(`${name}/`) && key !== `${name}/y`);
    expect(wanted.map((key) => key.slice(name.length + 1)).sort()).toEqual([...feeds.keys()].sort());
    const exact = interpret(program, feeds).get('y');
    if (!exact) throw new Error('the Program has no y');
    expect(relativeDifference({ shape: exact.shape, values: Float32Array.from(exact.values) }, reference(name, 'y'))).toBeLessThan(1e-6);
    for (const engine of engines) {
      const found = (await runOnce(engine, program, feeds)).get('y');
      expect.soft(relativeDifference(found, reference(name, 'y')), engine.name).toBeLessThan(1e-5);
    }
  });

  test('all references are used', () => {
    const names = new Set([...tensors.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))));
    expect([...names].sort()).toEqual(cases.map(([name]) => name).sort());
  });
});

describe('as layers of TensorFlow.js they give the same', () => {
  test.each(cases)('%s', async (...use) => {
    const [name] = use;
    const { program } = programOf(use);
    const weights = program.inputs
      .filter(({ role }) => role === 'parameter')
      .map((input) => [input.name, reference(name, input.name)] as const);
    const model = await loadLayersModel(layersModelFiles(program, translate(program), new Map(weights)));
    const x = reference(name, 'x');
    const y = model.predict(tf.tensor(x.values, [...x.shape])) as tf.Tensor;
    const found = { shape: y.shape, values: Float32Array.from(await y.data()) };
    expect(relativeDifference(found, reference(name, 'y'))).toBeLessThan(1e-5);
  });
});

describe('gradients of the blocks are slopes of their losses', () => {
  test.each(cases)('%s', (...use) => {
    const [name] = use;
    const { program, feeds } = programOf(use, true);
    const lossAt = (values: ReadonlyMap<string, ArrayLike<number>>): number =>
      interpret(program, values).get('loss')?.values[0] ?? Number.NaN;
    const names = program.inputs.map((input) => input.name);
    const gradients = interpret(gradientProgram(program, 'loss', names), feeds);
    for (const input of names) {
      const direction = randomValues(feeds.get(input)?.length ?? 0, `${name} ${input}`);
      const gradient = gradients.get(`d ${input}`)?.values ?? new Float64Array();
      const slope = direction.reduce((sum, value, i) => sum + value * (gradient[i] ?? 0), 0);
      const moved = (distance: number) =>
        lossAt(
          new Map(feeds).set(
            input,
            Float64Array.from(feeds.get(input) ?? [], (value, i) => value + distance * (direction[i] ?? 0)),
          ),
        );
      const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
      expect(Math.abs(slope), input).toBeGreaterThan(0);
      expect(Math.abs(slope - difference), `${input}: ${slope}, differences give ${difference}`).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(difference)),
      );
    }
  });
});
