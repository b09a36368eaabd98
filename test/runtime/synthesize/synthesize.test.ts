import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { initializeWeights } from '../../../src/compiler/3-lower/index.js';
import { encodeImage, pairFolders, type RGBImage, readImage } from '../../../src/runtime/data/index.js';
import { findEngine, type HostTensor } from '../../../src/runtime/engines/index.js';
import { DegradationNetwork, type SynthesizeOptions, synthesizeFiles } from '../../../src/runtime/synthesize/index.js';
import { irOf } from '../../support/shipped-models.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A degradation that is `gain` times the low-light picture plus `offset`: with a gain of 0 the same everywhere. */
const source = `mfn 1
import { conv } from "std/blocks"
model Net {
  in  low: image in [-1, 1]
  out enhanced: image
  deg = conv(3, 1)
  features = low |> conv(4, 3) as wide
  degradation = deg(low)
  enhanced = low - degradation + 0 * mean(features)
}
`;
const ir = irOf(source);
const record = { model: 'Net', weights: '', value: 'degradation', engine: 'onnx' };
const usual: SynthesizeOptions = { seed: 1, strength: [1, 1] };

function weightsWith(gain: number, offset: number): Map<string, HostTensor> {
  const identity = Float32Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? gain : 0));
  return new Map<string, HostTensor>([
    ...initializeWeights(ir, 1),
    ['deg.kernel', { shape: [1, 1, 3, 3], values: identity }],
    ['deg.bias', { shape: [3], values: new Float32Array(3).fill(offset) }],
  ]);
}

async function network(gain: number, offset: number): Promise<DegradationNetwork> {
  return new DegradationNetwork(ir, weightsWith(gain, offset), 'degradation', await findEngine('onnx'));
}

const picture = (width: number, height: number, sample: (i: number) => number): RGBImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => sample(i)),
});

/** Folders of references, of 20x14 and 9x11 pixels, and of low-light photographs. */
async function photographs() {
  const folder = temporaryFolder();
  const write = async (name: string, image: RGBImage): Promise<void> => writeFileSync(join(folder, name), await encodeImage(image, 'png'));
  for (const name of ['references', 'dark']) mkdirSync(join(folder, name));
  await write(
    'references/wide.png',
    picture(20, 14, (i) => (i * 7) % 256),
  );
  await write(
    'references/tall.png',
    picture(9, 11, (i) => (i * 5) % 256),
  );
  await write(
    'dark/one.png',
    picture(16, 12, (i) => i % 60),
  );
  await write(
    'dark/two.png',
    picture(30, 40, (i) => (i * 3) % 50),
  );
  return { folder, references: [join(folder, 'references')], dark: [join(folder, 'dark')], output: join(folder, 'pairs') };
}

const samplesOf = async (path: string): Promise<number[]> => [...(await readImage(path, 'training')).data];

describe('synthetic pairs', () => {
  it('are the photograph, and the photograph plus strength times the degradation, clipped', async () => {
    const { folder, references, dark, output } = await photographs();
    const constant = await network(0, -0.5);
    const pairs = await synthesizeFiles(references, dark, output, constant, record, { ...usual, strength: [0.8, 0.8] });
    expect(pairs).toMatchObject([
      { name: 'tall', width: 9, height: 11, strength: 0.8, mean: -0.5, deviation: 0 },
      { name: 'wide', width: 20, height: 14 },
    ]);
    for (const { name } of pairs) {
      const reference = await samplesOf(join(folder, 'references', `${name}.png`));
      expect(await samplesOf(join(output, 'normal', `${name}.png`))).toEqual(reference);
      // 0.4 in [-1, 1] are 51 of 255.
      expect(await samplesOf(join(output, 'low', `${name}.png`))).toEqual(reference.map((sample) => Math.max(0, sample - 51)));
    }
    const written = JSON.parse(readFileSync(join(output, 'synthesize.json'), 'utf8'));
    expect(written).toMatchObject({ ...record, seed: 1, strength: [0.8, 0.8], pairs });
    expect((await pairFolders({ low: join(output, 'low'), normal: join(output, 'normal') })).map(({ name }) => name)).toEqual([
      'tall',
      'wide',
    ]);
    await constant.dispose();
  });

  it('of strength 0 are the photographs', async () => {
    const { references, dark, output } = await photographs();
    const strong = await network(2, -1);
    for (const { name } of await synthesizeFiles(references, dark, output, strong, record, { ...usual, strength: [0, 0] })) {
      expect(await samplesOf(join(output, 'low', `${name}.png`))).toEqual(await samplesOf(join(output, 'normal', `${name}.png`)));
    }
    await strong.dispose();
  });

  it('take the degradation of the window that is recorded, tiled by reflection and mirrored', async () => {
    const { folder, output } = await photographs();
    const [references, dark] = [[join(folder, 'references/wide.png')], [join(folder, 'dark/one.png')]];
    const copying = await network(1, 0);
    const seen = new Set<boolean>();
    for (let seed = 1; seed <= 8; seed++) {
      const options = { seed, strength: [0.5, 1.5] as const };
      for (const pair of await synthesizeFiles(references, dark, output, copying, record, options)) {
        const { name, like, width, height, window, flipped, strength } = pair;
        seen.add(flipped);
        expect(strength).toBeGreaterThanOrEqual(0.5);
        const [reference, low, source] = await Promise.all(
          [join(output, 'normal', `${name}.png`), join(output, 'low', `${name}.png`), like].map(samplesOf),
        );
        const fold = (at: number, length: number) => (at < length ? at : 2 * (length - 1) - at);
        for (let i = 0; i < width * height * 3; i++) {
          const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
          const column = fold(window.left + (flipped ? width - 1 - x : x), 16);
          const dark = source?.[(fold(window.top + y, 12) * 16 + column) * 3 + c] as number;
          const expected = (reference?.[i] as number) / 127.5 - 1 + strength * (dark / 127.5 - 1);
          expect(Math.abs((low?.[i] as number) - Math.min(255, Math.max(0, (expected + 1) * 127.5)))).toBeLessThanOrEqual(0.51);
        }
      }
    }
    expect(seen.size).toBe(2);
    await copying.dispose();
  });

  it('are the same for the same seed, photograph by photograph, and others for another', async () => {
    const { references, dark, output, folder } = await photographs();
    const copying = await network(1, 0);
    const options = { seed: 3, strength: [0.5, 1.5] as const };
    const first = await synthesizeFiles(references, dark, output, copying, record, options);
    const bytes = (out: string) => readdirSync(join(out, 'low')).map((name) => readFileSync(join(out, 'low', name)).toString('hex'));
    const again = join(folder, 'again');
    expect(await synthesizeFiles(references, dark, again, copying, record, options)).toEqual(first);
    expect(bytes(again)).toEqual(bytes(output));
    const alone = await synthesizeFiles([join(folder, 'references/wide.png')], dark, join(folder, 'alone'), copying, record, options);
    expect(alone).toEqual([{ ...first[1], source: expect.anything() }]);
    const other = await synthesizeFiles(references, dark, join(folder, 'other'), copying, record, { ...options, seed: 4 });
    expect(other.map(({ strength }) => strength)).not.toEqual(first.map(({ strength }) => strength));
    await copying.dispose();
  });

  it('are refused where the model has no such value, where it is no picture, and where a photograph would be lost', async () => {
    const engine = await findEngine('onnx');
    const of = (value: string) => () => new DegradationNetwork(ir, weightsWith(0, 0), value, engine);
    expect(of('degradatoin')).toThrow(/Net has no value `degradatoin`[\s\S]*Did you mean --value degradation\?/);
    expect(of('nothing')).toThrow('Pictures that Net gives names to: degradation, enhanced.');
    expect(of('features')).toThrow("the value `features` of Net is no RGB picture of the input's size");
    const { folder, references, dark } = await photographs();
    mkdirSync(join(folder, 'normal'));
    writeFileSync(join(folder, 'normal/wide.png'), readFileSync(join(folder, 'references/wide.png')));
    const constant = await network(0, 0);
    await expect(synthesizeFiles([join(folder, 'normal')], dark, folder, constant, record, usual)).rejects.toThrow('would overwrite');
    const large = { ...usual, maxSize: 16, crop: [14, 14] as const };
    await expect(synthesizeFiles(references, dark, join(folder, 'out'), constant, record, large)).rejects.toThrow('smaller than the crop');
    await constant.dispose();
  });
});
