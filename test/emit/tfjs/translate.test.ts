import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { initializeWeights, lowerInference } from '../../../src/compiler/3-lower/index.js';
import { emit } from '../../../src/compiler/4-emit/index.js';
import { translate } from '../../../src/compiler/4-emit/tfjs/translate.js';
import { loadLayersModel } from '../../support/layers-model.js';
import { programBuilder } from '../../support/program-builder.js';
import { interpret } from '../../support/reference/interpret.js';
import { randomValues } from '../../support/reference/random.js';
import { irOf } from '../../support/shipped-models.js';

const functions = 'function top(x: [B, H, W, C]) = slice(x, begin: [0, 0, 0, 0], size: [B, 1, W, C])';

const compiled = (body: string) => {
  const ir = irOf(`mfn 1\nimport { conv } from "std/blocks"\n${functions}\nmodel Net {\n  in  x: image\n  out y: tensor\n\n${body}\n}\n`);
  const weights = initializeWeights(ir, 1);
  const program = lowerInference(ir, { batch: 1, height: 6, width: 8 });
  const { files, notes } = emit(['tfjs'], { name: 'net', ir, program, weights });
  const own = new Map([...files].map(([path, content]) => [path.slice('tfjs/'.length), content]));
  return { ir, weights, notes, files: own, json: JSON.parse(String(own.get('model.json'))) };
};

interface WrittenLayer {
  readonly name: string;
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly inbound_nodes: unknown[];
}

const layersOf = (body: string): WrittenLayer[] => compiled(body).json.modelTopology.config.layers;
const kindsOf = (body: string): string[] => layersOf(body).map(({ class_name }) => class_name);

describe('weights that are applied twice', () => {
  const body = '  shared = conv(3, 3)\n  once = shared(x) |> relu\n  y = shared(once) |> relu';

  it('are one layer with two applications, and the activation both have inside it', async () => {
    const layers = layersOf(body);
    expect(layers.map(({ name, class_name }) => `${name} ${class_name}`)).toEqual(['x InputLayer', 'shared Conv2D', 'y Activation']);
    expect(layers[1]).toMatchObject({ config: { activation: 'relu', use_bias: true } });
    expect(layers[1]?.inbound_nodes).toEqual([[['x', 0, 0, {}]], [['shared', 0, 0, {}]]]);
    expect(layers[2]?.inbound_nodes).toEqual([[['shared', 1, 0, {}]]]);
  });

  it('keep outside what only one application has', () => {
    expect(kindsOf('  shared = conv(3, 3)\n  once = shared(x) |> relu\n  y = shared(once)')).toEqual([
      'InputLayer',
      'Conv2D',
      'Activation',
      'Activation',
    ]);
  });

  it('are trained once: a step of TensorFlow.js changes both applications', async () => {
    const model = await loadLayersModel(compiled(body).files);
    expect(model.trainableWeights.map(({ originalName }) => originalName)).toEqual(['shared/kernel', 'shared/bias']);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const [low, normal] = [tf.fill([2, 6, 8, 3], 0.25), tf.fill([2, 6, 8, 3], 0.5)];
    const { history } = await model.fit(low, normal, { epochs: 20, batchSize: 2, verbose: 0 });
    const losses = history.loss as number[];
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? 0));
  });

  it('cannot be shared by two layers, which the message names', () => {
    const b = programBuilder();
    const x = b.input('x', [1, 4, 4, 3]);
    const kernel = b.parameter('k.kernel', [3, 3, 3, 3]);
    const half = b.op('conv2d', [x, kernel], { strides: [2, 2] });
    b.result('y', half);
    b.result('z', b.op('conv2d', [x, kernel]));
    expect(() => translate(b.build())).toThrow(/uses a kernel in another way than/);
  });
});

describe('the sizes that a file takes', () => {
  const shapeOf = (body: string) => layersOf(body)[0]?.config.batch_input_shape;

  it('are all, where no layer depends on them', () => {
    const { json, notes } = compiled(
      '  y = pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode: "replicate") |> conv(4, 3, stride: 2, padding: "valid")',
    );
    expect(json.modelTopology.config.layers[0].config.batch_input_shape).toEqual([null, null, null, 3]);
    expect(notes[0]).toBe('tfjs/model.json takes any batch, any height and any width');
  });

  it('are fixed on the side that a layer depends on', () => {
    expect(shapeOf('  y = top(x |> conv(2, 3))')).toEqual([null, 6, null, 3]);
  });
});

describe('names', () => {
  it('hold nothing that TensorFlow.js refuses, and lead back to the paths of the weights', () => {
    const { json } = compiled('  f[1, 2] = x |> conv(3, 1)\n  y = f[1, 2] |> conv(2, 1)');
    const names = json.weightsManifest[0].weights.map(({ name }: { name: string }) => name);
    expect(names.every((name: string) => /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(name))).toBe(true);
    expect(Object.values(json.userDefinedMetadata.mfnc.weights)).toContain('f[1,2].kernel');
  });

  it('of ports come before those of layers: an output may be called as the block that makes it', async () => {
    const { json, files, ir, weights } = compiled('  y = x |> conv(2, 3)');
    expect(json.modelTopology.config.layers.map(({ name }: { name: string }) => name)).toEqual(['x', 'y_2', 'y']);
    const values = randomValues(6 * 8 * 3, 'x');
    const feeds = new Map<string, ArrayLike<number>>([
      ['x', values],
      ...[...weights].map(([name, tensor]) => [name, tensor.values] as const),
    ]);
    const expected = interpret(lowerInference(ir, { batch: 1, height: 6, width: 8 }), feeds).get('y')?.values ?? [];
    const found = (await loadLayersModel(files)).predict(tf.tensor([...values], [1, 6, 8, 3])) as tf.Tensor;
    for (const [i, value] of found.dataSync().entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
  });
});
