import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listWeights, lowerInference } from '../../../src/compiler/3-lower/index.js';
import { emit, type Target } from '../../../src/compiler/4-emit/index.js';
import type { IR } from '../../../src/compiler/ir/ir.js';
import { encodeSafetensors, hashTensors, readWeights, writeWeights } from '../../../src/runtime/checkpoint/index.js';
import type { Engine, HostTensor } from '../../../src/runtime/engines/index.js';
import { presentEngines } from '../../parity/engines.js';
import { loadLayersModel } from '../../support/layers-model.js';
import { elementsIn } from '../../support/reference/tensor.js';
import { irOf, modelText } from '../../support/shipped-models.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

type Weights = ReadonlyMap<string, HostTensor>;

const size = { batch: 1, height: 16, width: 16 };

/** Weights of any finite bit patterns: subnormal numbers, negative zeros and numbers of all magnitudes. */
function anyWeights(ir: IR, seed: number): Weights {
  let state = seed >>> 0;
  const word = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const bits = (state ^ (state >>> 15)) >>> 0;
    return (bits & 0x7f800000) === 0x7f800000 ? bits & 0xff7fffff : bits;
  };
  return new Map(
    listWeights(ir).map(({ path, shape }) => {
      const words = Uint32Array.from({ length: elementsIn(shape) }, word);
      return [path, { shape, values: new Float32Array(words.buffer) }];
    }),
  );
}

/** Writes a target as `mfnc compile` does, and gives the path that --weights takes. */
function written(folder: string, target: Target, ir: IR, weights: Weights): string {
  const request = { name: 'net', ir, program: lowerInference(ir, size), weights, weightsHash: hashTensors(weights) };
  for (const [name, content] of emit([target], request).files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return join(folder, target === 'onnx' ? 'net.onnx' : target);
}

async function throughEngine(engine: Engine, ir: IR, weights: Weights): Promise<Weights> {
  const executable = await engine.compile(lowerInference(ir, size));
  executable.write('parameter', weights);
  const back = await executable.read('parameter');
  await executable.dispose();
  return back;
}

/** safetensors, ONNX, SavedModel, LayersModel, each engine, and safetensors again; each gets what the one before gave. */
async function roundTheCircle(ir: IR, weights: Weights, engines: readonly Engine[]): Promise<void> {
  const folder = temporaryFolder();
  const expected = hashTensors(weights);
  await writeWeights(join(folder, 'first.safetensors'), ir, weights);
  let current = (await readWeights(join(folder, 'first.safetensors'))).tensors;
  expect(hashTensors(current)).toBe(expected);
  for (const target of ['onnx', 'savedmodel', 'tfjs'] as const) {
    const file = await readWeights(written(folder, target, ir, current));
    expect(file).toMatchObject({ form: target, model: ir.model.name, parameters: ir.model.parameters });
    expect(hashTensors(file.tensors), target).toBe(expected);
    current = file.tensors;
  }
  for (const engine of engines) {
    current = await throughEngine(engine, ir, current);
    expect(hashTensors(current), engine.name).toBe(expected);
  }
  await writeWeights(join(folder, 'last.safetensors'), ir, current);
  expect(hashTensors((await readWeights(join(folder, 'last.safetensors'))).tensors)).toBe(expected);
}

describe('weights go from form to form and come back bit by bit', () => {
  it.each(['lw-drgn', 'drgn'])('%s, for any weights and widths', async (name) => {
    const engines = await presentEngines();
    const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 4, max: 9 }), async (seed, width) => {
      const ir = irOf(modelText(name), { parameters: { width } });
      await roundTheCircle(ir, anyWeights(ir, seed), engines);
    });
    await fc.assert(property, { numRuns: 3, seed: 11, endOnFailure: true });
  });

  it('lw-drgn at its full width', async () => {
    const ir = irOf(modelText('lw-drgn'));
    await roundTheCircle(ir, anyWeights(ir, 1), await presentEngines());
  });

  it('the hash does not depend on the order, and depends on names, shapes and values', () => {
    const a = { shape: [2], values: Float32Array.of(1, 2) };
    const b = { shape: [1, 2], values: Float32Array.of(1, 2) };
    const hash = (...entries: [string, HostTensor][]) => hashTensors(new Map(entries));
    expect(hash(['x', a], ['y', b])).toBe(hash(['y', b], ['x', a]));
    const hashes = [hash(['x', a]), hash(['y', a]), hash(['x', b]), hash(['x', { shape: [2], values: Float32Array.of(1, 3) }])];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

it('weights that TensorFlow.js has trained come back under their names', async () => {
  const ir = irOf(modelText('lw-drgn'), { parameters: { width: 4 } });
  const folder = temporaryFolder();
  const weights = new Map([...anyWeights(ir, 3)].map(([name, { shape, values }]) => [name, { shape, values: values.fill(0.01) }]));
  const { files } = emit(['tfjs'], { name: 'net', ir, program: lowerInference(ir, size), weights, weightsHash: hashTensors(weights) });
  const model = await loadLayersModel(new Map([...files].map(([path, content]) => [path.slice('tfjs/'.length), content])));
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  await model.fit(tf.zeros([1, 16, 16, 3]), tf.ones([1, 16, 16, 3]), { epochs: 1, verbose: 0 });
  await model.save(
    tf.io.withSaveHandler(async ({ weightData, weightSpecs, ...artifacts }) => {
      writeFileSync(join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...artifacts, weightsManifest }));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { tensors } = await readWeights(folder);
  expect([...tensors.keys()].sort()).toEqual([...weights.keys()].sort());
  const changed = [...(tensors.get('reg.rec.bias')?.values ?? [])];
  expect(changed).toHaveLength(3);
  expect(changed.every((value) => value > 0.011)).toBe(true);
});

describe('half precision in a safetensors file is widened', () => {
  const file = (dtype: string, bytes: Buffer): Buffer => {
    const header = Buffer.from(JSON.stringify({ a: { dtype, shape: [bytes.length / 2], data_offsets: [0, bytes.length] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([length, header, bytes]);
  };
  const words = (...values: number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);

  it.each([
    // Values of the standard: 1, -2, 65504 (the greatest), 2^-14, 2^-24 (the least), 1/3 rounded, -0.
    ['F16', [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0x8000], [1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125, -0]],
    ['BF16', [0x3f80, 0xc000, 0x7f7f, 0x0001, 0x3eab, 0x8000], [1, -2, 3.3895313892515355e38, 2 ** -133, 0.333984375, -0]],
  ])('%s', async (dtype, bits, values) => {
    const path = join(temporaryFolder(), 'w.safetensors');
    writeFileSync(path, file(dtype, words(...bits)));
    expect([...((await readWeights(path)).tensors.get('a')?.values ?? [])]).toEqual(values);
  });
});

describe('files that are no weights, or no whole ones', () => {
  const ir = irOf(modelText('lw-drgn'), { parameters: { width: 4 } });
  const weights = anyWeights(ir, 2);
  const kinds = ['onnx', 'savedmodel', 'tfjs'] as const;
  const partOf = { onnx: '', savedmodel: 'saved_model.pb', tfjs: 'group1-shard1of1.bin' };

  it.each(kinds)('a cut %s is named as such', async (target) => {
    const path = written(temporaryFolder(), target, ir, weights);
    const file = join(path, partOf[target]);
    const bytes = readFileSync(file);
    for (const length of [9, 100, bytes.length >> 1, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, length));
      await expect(readWeights(path), `${length} bytes`).rejects.toMatchObject({ name: 'RuntimeFailure', kind: 'input' });
    }
  });

  it.each(kinds)('a changed value of %s does not pass', async (target) => {
    const path = written(temporaryFolder(), target, ir, weights);
    const file = join(path, partOf[target]);
    const bytes = readFileSync(file);
    const kernel = Buffer.from(weights.get('reg.rec.bias')?.values.buffer ?? new ArrayBuffer(0));
    const position = bytes.indexOf(kernel);
    expect(position).toBeGreaterThan(0);
    bytes[position] = (bytes[position] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(readWeights(path)).rejects.toThrow(/do not match the hash it carries/);
  });

  it.each([
    ['a ZIP archive', Buffer.from('PK\x03\x04rest of it'), /is a ZIP archive, as PyTorch .* write it\. Weights are read from/],
    ['an HDF5 file', Buffer.from('\x89HDF\r\n\x1a\nrest', 'latin1'), /is an HDF5 file, as Keras writes it/],
    ['a summary', Buffer.from('{"mfnc": "0.1.0"}'), /is JSON, but no model\.json of TensorFlow\.js/],
    ['half a model.json', Buffer.from('{"modelTopology": {"class'), /is not a usable LayersModel.*it is not a JSON object/],
    [
      'the model of another program',
      Buffer.from('{"modelTopology": {}, "generatedBy": "keras v2.15"}'),
      /written by keras v2\.15, not by mfnc/,
    ],
    [
      'an ONNX model of another program',
      Buffer.from('\x08\x08\x12\x07pytorch', 'latin1'),
      /is an ONNX model written by pytorch, not by mfnc/,
    ],
    ['a SavedModel of another program', Buffer.from('\x08\x01\x12\x00', 'latin1'), /is a SavedModel of TensorFlow, not by mfnc/],
    ['a text', Buffer.from('these are no weights'), /is not a usable safetensors file/],
  ])('%s is called what it is', async (_, bytes, message) => {
    const path = join(temporaryFolder(), 'w');
    writeFileSync(path, bytes);
    await expect(readWeights(path)).rejects.toThrow(message);
    await expect(readWeights(path)).rejects.toMatchObject({ name: 'RuntimeFailure', kind: 'input' });
  });

  it('a folder with neither is said to hold none', async () => {
    await expect(readWeights(temporaryFolder())).rejects.toThrow(/is a folder without model\.json .* or saved_model\.pb/);
  });

  it('a model.json that points out of its folder is refused', async () => {
    const path = written(temporaryFolder(), 'tfjs', ir, weights);
    const file = join(path, 'model.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"group1-shard1of1.bin"', '"../group1-shard1of1.bin"'));
    await expect(readWeights(path)).rejects.toThrow(/does not lie beside it/);
  });

  it('damage anywhere is a RuntimeFailure and nothing else', async () => {
    const path = written(temporaryFolder(), 'onnx', ir, weights);
    const good = readFileSync(path);
    const end = good.length - 1;
    // The end of the file holds the metadata, whose every contradiction must be found.
    const position = fc.oneof(fc.nat(end), fc.integer({ min: end - 20_000, max: end }));
    await fc.assert(
      fc.asyncProperty(position, fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(good);
        bytes[at] = value;
        writeFileSync(path, bytes);
        try {
          await readWeights(path);
        } catch (error) {
          expect(error).toMatchObject({ name: 'RuntimeFailure', kind: 'input' });
        }
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  it('a safetensors file with the hash of its own order, as the first versions wrote it, is still read', async () => {
    const path = join(temporaryFolder(), 'w.safetensors');
    const tensors = new Map([...weights].slice(0, 3).reverse());
    const hash = createHash('sha256');
    for (const [name, { shape, values }] of tensors) hash.update(`${name}:${shape.join('x')};`).update(Buffer.from(values.buffer));
    writeFileSync(path, Buffer.concat(encodeSafetensors({ metadata: { model: 'X', sha256: hash.digest('hex') }, tensors })));
    expect((await readWeights(path)).tensors.size).toBe(3);
  });
});
