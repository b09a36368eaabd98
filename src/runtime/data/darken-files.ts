import { join } from 'node:path';
import { makeFolder, mfncVersion, writeFileAtomically } from '../files/index.js';
import { type Darkening, type DarkeningRanges, darken, defaultDarkening, drawDarkening } from './darken.js';
import { encodeImage } from './encode-image.js';
import { readImage } from './image.js';
import { keepInputs, type Preparation, photographs, prepare } from './photographs.js';
import { Random } from './random.js';

export interface DarkenOptions extends Preparation {
  readonly seed: number;
  readonly ranges?: DarkeningRanges;
}

/** What darken.json records of one pair. */
export interface DarkenedPair extends Darkening {
  readonly name: string;
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Makes pairs for a training of well-lit photographs: OUT/normal/NAME.png and OUT/low/NAME.png, and OUT/darken.json with how each was darkened. The same photographs,
 * seed and options always give the same pairs.
 * @param inputs files and folders. @param done called after each pair with how many of `total` are done.
 * @throws RuntimeFailure when a photograph cannot be read, two have the same name, a picture is smaller than the crop, or a result would overwrite a photograph.
 */
export async function darkenFiles(
  inputs: readonly string[],
  output: string,
  options: DarkenOptions,
  done: (count: number, total: number) => void = () => undefined,
): Promise<DarkenedPair[]> {
  const files = await photographs(inputs);
  await keepInputs(files.values(), files.keys(), output);
  await makeFolder(join(output, 'low'));
  await makeFolder(join(output, 'normal'));
  const pairs: DarkenedPair[] = [];
  for (const [name, source] of files) {
    const normal = prepare(await readImage(source, 'training'), source, options);
    const darkening = drawDarkening(options.seed, name, options.ranges ?? defaultDarkening);
    const low = darken(normal, darkening, new Random(options.seed, 'noise', name));
    await writeFileAtomically(join(output, 'normal', `${name}.png`), await encodeImage(normal, 'png'));
    await writeFileAtomically(join(output, 'low', `${name}.png`), await encodeImage(low, 'png'));
    pairs.push({ name, source, width: normal.width, height: normal.height, ...darkening });
    done(pairs.length, files.size);
  }
  const record = {
    mfnc: mfncVersion,
    seed: options.seed,
    maxSize: options.maxSize,
    crop: options.crop,
    ranges: options.ranges ?? defaultDarkening,
    pairs,
  };
  await writeFileAtomically(join(output, 'darken.json'), `${JSON.stringify(record, null, 2)}\n`);
  return pairs;
}
