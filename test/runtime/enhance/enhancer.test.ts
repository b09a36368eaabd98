import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requireIR } from '../../../src/cli/analyze-file.js';
import { initializeWeights, listWeights, lowerInference } from '../../../src/compiler/3-lower/index.js';
import type { IR } from '../../../src/compiler/index.js';
import { type RGBImage, toTensor } from '../../../src/runtime/data/index.js';
import { type Engine, findEngine, type HostTensor } from '../../../src/runtime/engines/index.js';
import { Enhancer } from '../../../src/runtime/enhance/index.js';
import { analyzeText } from '../../support/analyze-text.js';
import { syntheticPhotograph } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { tinyModel } from '../../support/tiny-run.js';

/** Counts what an engine compiles and frees. */
function counting(engine: Engine): { readonly engine: Engine; readonly sizes: string[]; live: number } {
  const counter = {
    sizes: [] as string[],
    live: 0,
    engine: {
      name: engine.name,
      probe: () => engine.probe(),
      compile: async (program: Parameters<Engine['compile']>[0], options?: Parameters<Engine['compile']>[1]) => {
        const executable = await engine.compile(program, options);
        counter.sizes.push(program.tensors[program.inputs[0]?.tensor ?? 0]?.shape.join('x') ?? '');
        counter.live++;
        const dispose = executable.dispose.bind(executable);
        executable.dispose = async () => {
          counter.live--;
          await dispose();
        };
        return executable;
      },
    },
  };
  return counter;
}

/** A photograph of one colour. */
const flatPhotograph = (width: number, height: number): RGBImage => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => [40, 120, 200][i % 3] as number),
});

function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}

describe('the enhancer', () => {
  let ir: IR;
  let onnx: Engine;
  beforeAll(async () => {
    onnx = await findEngine('onnx');
    ir = requireIR('models/lw-drgn.mfn', { parameters: { width: 8 } }).ir;
  });

  it('takes images of any size and gives them back at that size, padding to what the network demands', async () => {
    const { engine, sizes } = counting(onnx);
    const enhancer = new Enhancer(ir, initializeWeights(ir, 1), engine);
    for (const [width, height] of [
      [1, 1],
      [3, 7],
      [33, 18],
      [36, 20],
    ] as const) {
      const result = await enhancer.enhance(syntheticPhotograph(width, height, 1));
      expect([result.width, result.height, result.data.length]).toEqual([width, height, width * height * 3]);
    }
    expect(sizes).toEqual(['1x4x4x3', '1x8x4x3', '1x20x36x3']);
    await enhancer.dispose();
  });

  it('enlarges where the network does, whole and in tiles, whatever the size', async () => {
    const source = `mfn 1
import { conv } from "std/blocks"
model Twice {
  in  small: image in [0, 1]
  out large: [B, 2 * H, 2 * W, 3] in [0, 1]
  large = clip(small |> average_pool(2) |> conv(48, 1) |> pixel_shuffle(4), 0, 1)
}
`;
    const { ir: twice } = analyzeText(source);
    if (!twice) throw new Error('the network has mistakes');
    const weights = initializeWeights(twice, 1);
    // Each channel is repeated: the network enlarges means of 2 x 2 pixels.
    const kernel = Float32Array.from({ length: 3 * 48 }, (_, i) => ((i % 48) % 3 === Math.floor(i / 48) ? 1 : 0));
    for (const [path, { shape }] of weights) weights.set(path, { shape, values: path.endsWith('kernel') ? kernel : new Float32Array(48) });
    for (const options of [{}, { pixelLimit: 2 ** 16 }]) {
      const enhancer = new Enhancer(twice, weights, onnx, options);
      expect(enhancer.scale).toBe(2);
      const { width, height, data } = await enhancer.enhance(flatPhotograph(201, 133));
      expect([width, height]).toEqual([402, 266]);
      expect(data.every((sample, i) => sample === [40, 120, 200][i % 3])).toBe(true);
      await enhancer.dispose();
    }
  });

  it('gives what the network computes, where no padding is needed', async () => {
    const weights = initializeWeights(ir, 1);
    const image = syntheticPhotograph(32, 24, 2);
    const enhancer = new Enhancer(ir, weights, onnx);
    const { data } = await enhancer.enhance(image);
    await enhancer.dispose();
    const executable = await onnx.compile(lowerInference(ir, { batch: 1, height: 24, width: 32 }));
    executable.write('parameter', new Map(listWeights(ir).map(({ path }) => [path, weights.get(path) as HostTensor])));
    const { values } = (await executable.run(new Map([['low', toTensor(image, [-1, 1])]]))).get('enhanced') ?? { values: [] };
    await executable.dispose();
    const errors = Array.from(data, (sample, i) => Math.abs(sample - Math.min(255, Math.max(0, ((values[i] as number) + 1) * 127.5))));
    expect(largest(errors)).toBeLessThanOrEqual(0.5001);
  });

  it('takes other weights where it was told that they change; else they are constants of its graphs', async () => {
    const image = syntheticPhotograph(16, 16, 3);
    const [first, second] = [initializeWeights(ir, 1), initializeWeights(ir, 2)];
    const constant = new Enhancer(ir, second, onnx);
    const expected = await constant.enhance(image);
    expect(() => constant.load(first)).toThrow('constants');
    await constant.dispose();
    const changing = new Enhancer(ir, first, onnx, { changingWeights: true });
    const before = await changing.enhance(image);
    changing.load(second);
    const after = await changing.enhance(image);
    await changing.dispose();
    const distance = (a: typeof image) => largest(Array.from(a.data, (sample, i) => Math.abs(sample - (expected.data[i] as number))));
    // The engine may order its sums differently over constants: a sample may round the other way.
    expect(distance(after)).toBeLessThanOrEqual(1);
    expect(distance(before)).toBeGreaterThan(1);
  });

  it('keeps a few executables and frees the others', async () => {
    const counter = counting(onnx);
    const enhancer = new Enhancer(ir, initializeWeights(ir, 1), counter.engine);
    for (const width of [8, 16, 24, 32, 32, 24, 8]) await enhancer.enhance(syntheticPhotograph(width, 8, 1));
    expect(counter.sizes).toHaveLength(5);
    expect(counter.live).toBe(3);
    await enhancer.dispose();
    expect(counter.live).toBe(0);
  });

  it('cuts large images into tiles of one size, without visible seams', async () => {
    const path = join(temporaryFolder(), 'tiny.mfn');
    writeFileSync(path, tinyModel);
    const { ir: tiny } = requireIR(path);
    const weights = initializeWeights(tiny, 3);
    const image = syntheticPhotograph(500, 300, 4);
    const counter = counting(onnx);
    const tiled = new Enhancer(tiny, weights, counter.engine, { pixelLimit: 2 ** 16 });
    const whole = new Enhancer(tiny, weights, onnx);
    const [a, b] = [await tiled.enhance(image), await whole.enhance(image)];
    await tiled.dispose();
    await whole.dispose();
    expect(counter.sizes).toHaveLength(1);
    expect(largest(Array.from(a.data, (sample, i) => Math.abs(sample - (b.data[i] as number))))).toBeLessThanOrEqual(2);
  });
});
