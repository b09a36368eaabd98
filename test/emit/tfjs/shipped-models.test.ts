import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { initializeWeights, lowerInference } from '../../../src/compiler/3-lower/index.js';
import { emit } from '../../../src/compiler/4-emit/index.js';
import { findEngine } from '../../../src/runtime/engines/index.js';
import { relativeDifference } from '../../parity/engines.js';
import { loadLayersModel } from '../../support/layers-model.js';
import { randomValues } from '../../support/reference/random.js';
import { irOf, modelText } from '../../support/shipped-models.js';

const sizes = [
  [16, 24],
  [40, 32],
] as const;

/** Files below tfjs/ of a shipped model with the start values of a seed, made at one size. */
function compiled(name: string) {
  const ir = irOf(modelText(name));
  const weights = initializeWeights(ir, 3);
  const program = lowerInference(ir, { batch: 1, height: 32, width: 32 });
  const { files, notes } = emit(['tfjs'], { name, ir, program, weights });
  return { ir, weights, notes, files: new Map([...files].map(([path, content]) => [path.slice('tfjs/'.length), content])) };
}

describe.each(['lw-drgn', 'drgn'])('%s as a LayersModel', (name) => {
  const { ir, weights, files, notes } = compiled(name);
  const modelJson = JSON.parse(String(files.get('model.json')));

  it.each(sizes)('gives what the engine gives at %dx%d', async (height, width) => {
    const values = Float32Array.from(randomValues(height * width * 3, `${name} ${height}`));
    const engine = await (await findEngine('onnx')).compile(lowerInference(ir, { batch: 1, height, width }), { weights });
    const expected = await engine.run(new Map([['low', { shape: [1, height, width, 3], values }]]));
    await engine.dispose();
    const model = await loadLayersModel(files);
    const y = model.predict(tf.tensor(values, [1, height, width, 3])) as tf.Tensor;
    const found = { shape: y.shape, values: (await y.data()) as Float32Array };
    const [reference] = expected.values();
    expect(relativeDifference(found, reference ?? found, 1)).toBeLessThan(1e-4);
    model.dispose();
  });

  it('takes any size, and says what divides it', () => {
    expect(modelJson.modelTopology.config.layers[0]).toMatchObject({ name: 'low', config: { batch_input_shape: [null, null, null, 3] } });
    const divisor = name === 'drgn' ? 8 : 4;
    expect(notes[0]).toBe(`tfjs/model.json takes any batch, any height divisible by ${divisor} and any width divisible by ${divisor}`);
  });

  it('is made of layers that TensorFlow.js has, but for those that it has not', () => {
    const own = modelJson.modelTopology.config.layers.map((layer: { class_name: string }) => layer.class_name);
    const custom = new Set(own.filter((className: string) => className.startsWith('Mfnc')));
    expect([...custom].sort()).toEqual(name === 'drgn' ? ['MfncDepthToSpace', 'MfncPadding'] : []);
    expect(files.has('custom-layers.js')).toBe(name === 'drgn');
  });

  it('holds every weight once, under its path', () => {
    const manifest = modelJson.weightsManifest[0].weights.map((weight: { name: string }) => weight.name);
    const { weights: paths } = modelJson.userDefinedMetadata.mfnc;
    const model = new Set([...weights.keys()].filter((path) => path.startsWith('deg.') || path.startsWith('reg.')));
    expect(new Set(Object.values(paths))).toEqual(model);
    expect(Object.keys(paths)).toHaveLength(model.size);
    expect(
      manifest.filter((entry: string) => paths[entry] === undefined).every((entry: string) => entry.includes('depthwise_kernel')),
    ).toBe(true);
  });

  it('has a fused layer for each convolution, and cuts its weights into shards of 4 MiB', () => {
    const layers: { class_name: string; config: Record<string, unknown> }[] = modelJson.modelTopology.config.layers;
    const convolutions = layers.filter(({ class_name }) => class_name.startsWith('Conv2D'));
    expect(convolutions.every(({ config }) => config.use_bias === true)).toBe(true);
    expect(layers.filter(({ class_name, config }) => class_name === 'Activation' && config.activation !== 'linear')).toEqual([]);
    const shards = [...files].filter(([path]) => path.endsWith('.bin'));
    expect(shards.slice(0, -1).every(([, bytes]) => bytes.length === 4 * 1024 * 1024)).toBe(true);
    expect(modelJson.weightsManifest[0].paths).toEqual(shards.map(([path]) => path));
  });

  it('is the same text and bytes every time', () => {
    for (const [path, content] of compiled(name).files) expect(Buffer.from(content).equals(Buffer.from(files.get(path) ?? ''))).toBe(true);
  });
});
