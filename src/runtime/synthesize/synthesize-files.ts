import { join } from 'node:path';
import {
  crop,
  encodeImage,
  filesIn,
  keepInputs,
  type Preparation,
  photographs,
  prepare,
  Random,
  type RGBImage,
  readImage,
  shrink,
  toSamples,
  toTensor,
} from '../data/index.js';
import { defaultPixelLimit, padByReflection } from '../enhance/index.js';
import { inputFailure, makeFolder, mfncVersion, writeFileAtomically } from '../files/index.js';
import type { Degradation, DegradationNetwork } from './degradation-network.js';

export interface SynthesizeOptions extends Preparation {
  readonly seed: number;
  /** How much of the degradation is added: 0 nothing, 1 what was learned, above 1 more. Drawn uniformly for each photograph where the ends differ. */
  readonly strength: readonly [number, number];
}

/** What synthesize.json records of one pair. */
export interface SyntheticPair {
  readonly name: string;
  /** The photograph that it was made of. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
  /** The low-light photograph whose degradation it got. */
  readonly like: string;
  /** Size to which that was made smaller, and where in it, tiled by reflection, the window lies that was read. */
  readonly window: { readonly width: number; readonly height: number; readonly left: number; readonly top: number };
  /** Whether the window was mirrored from left to right. */
  readonly flipped: boolean;
  readonly strength: number;
  /** Mean and standard deviation of the degradation before its strength, in the network's range. */
  readonly mean: number;
  readonly deviation: number;
}

/** What synthesize.json says of the network. */
export interface NetworkRecord {
  readonly model: string;
  /** SHA-256 of the weights, as `mfnc weights show` prints it. */
  readonly weights: string;
  readonly value: string;
  readonly engine: string;
}

/**
 * Makes paired low-light pictures of well-lit photographs, the "infinite paired samples" of Sec. 2.3: OUT/normal/NAME.png is the photograph I_ref,
 * OUT/low/NAME.png is clip(I_ref + strength I_D), where I_D is the degradation of a low-light photograph that is drawn for each reference, and
 * OUT/synthesize.json says how each was made. Draws depend on the seed and the name of the reference alone.
 * @param references well-lit photographs: files and folders. @param like low-light photographs: files and folders.
 * @param done called after each pair with how many of `total` are done.
 * @throws RuntimeFailure when a photograph cannot be read, is too large, or would be overwritten; EngineFailure
 */
export async function synthesizeFiles(
  references: readonly string[],
  like: readonly string[],
  output: string,
  network: DegradationNetwork,
  record: NetworkRecord,
  options: SynthesizeOptions,
  done: (count: number, total: number) => void = () => undefined,
): Promise<SyntheticPair[]> {
  const files = await photographs(references);
  const dark = await filesIn(like);
  if (files.size === 0) throw inputFailure(`${references.join(', ')}: no photographs to make pairs of.`);
  if (dark.length === 0) throw inputFailure(`${like.join(', ')}: no low-light photographs whose degradation could be taken.`);
  await keepInputs([...files.values(), ...dark], files.keys(), output);
  await makeFolder(join(output, 'low'));
  await makeFolder(join(output, 'normal'));
  const pairs: SyntheticPair[] = [];
  for (const [name, source] of files) {
    const normal = prepare(await readImage(source, 'training'), source, options);
    requireSize(normal, source);
    const random = new Random(options.seed, 'synthesize', name);
    const chosen = dark[random.below(dark.length)] as string;
    const { picture, ...drawn } = drawWindow(await readImage(chosen, 'training'), normal, random);
    const [least, most] = options.strength;
    const strength = least === most ? least : random.between(least, most);
    const degradation = await network.of(picture);
    const low = degraded(normal, degradation, strength, network);
    await writeFileAtomically(join(output, 'normal', `${name}.png`), await encodeImage(normal, 'png'));
    await writeFileAtomically(join(output, 'low', `${name}.png`), await encodeImage(low, 'png'));
    const { width, height } = normal;
    pairs.push({ name, source, width, height, like: chosen, ...drawn, strength, ...statisticsOf(degradation.values) });
    done(pairs.length, files.size);
  }
  const { seed, strength, maxSize, crop: size } = options;
  const content = { mfnc: mfncVersion, ...record, seed, strength, maxSize, crop: size, pairs };
  await writeFileAtomically(join(output, 'synthesize.json'), `${JSON.stringify(content, null, 2)}\n`);
  return pairs;
}

/** A degradation is computed for a whole picture at once, as it has no meaning for parts of it that are put together. */
function requireSize({ width, height }: RGBImage, source: string): void {
  if (width * height <= defaultPixelLimit) return;
  const longest = Math.floor(Math.max(width, height) * Math.sqrt(defaultPixelLimit / (width * height)));
  throw inputFailure(
    `${source}: has ${width}x${height} pixels, more than the ${defaultPixelLimit} that are degraded at once. --max-size ${longest} makes it smaller.`,
  );
}

/**
 * The part of a low-light picture that a reference gets its degradation from: the picture is made smaller as long as it covers the reference, tiled by
 * reflection where it does not, and read from a drawn place on, mirrored or not.
 */
function drawWindow(
  dark: RGBImage,
  { width, height }: RGBImage,
  random: Random,
): { readonly picture: RGBImage } & Pick<SyntheticPair, 'window' | 'flipped'> {
  const factor = Math.max(width / dark.width, height / dark.height);
  const fitting = factor < 1 ? shrink(dark, Math.ceil(Math.max(dark.width, dark.height) * factor)) : dark;
  const left = random.below(Math.max(1, fitting.width - width + 1));
  const top = random.below(Math.max(1, fitting.height - height + 1));
  const covering = padByReflection(fitting, Math.max(fitting.width, width), Math.max(fitting.height, height));
  const picture = crop(covering, left, top, width, height);
  const flipped = random.uniform() < 0.5;
  return { picture: flipped ? mirrored(picture) : picture, window: { width: fitting.width, height: fitting.height, left, top }, flipped };
}

function mirrored({ width, height, data }: RGBImage): RGBImage {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + width - 1 - x) * 3;
      result.set(data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { width, height, data: result };
}

/** clip(I_ref + strength I_D), as 8-bit samples. */
function degraded(normal: RGBImage, { values }: Degradation, strength: number, { range }: DegradationNetwork): RGBImage {
  const sum = toTensor(normal, range).values;
  for (const [i, value] of values.entries()) sum[i] = (sum[i] as number) + strength * value;
  return { width: normal.width, height: normal.height, data: toSamples(sum, range) };
}

function statisticsOf(values: Float32Array): Pick<SyntheticPair, 'mean' | 'deviation'> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean: rounded(mean), deviation: rounded(Math.sqrt(variance)) };
}

const rounded = (value: number): number => Math.round(value * 1e5) / 1e5;
