import { type Command, InvalidArgumentError } from 'commander';
import { darkenFiles, defaultDarkening } from '../runtime/data/index.js';
import { guarded } from './guarded.js';
import { type NumberRange, parseCrop, positive, rangeOption } from './pair-options.js';
import { parseCount } from './parse-count.js';
import { Progress } from './terminal/progress.js';

interface DarkenOptions {
  readonly output: string;
  readonly seed: number;
  readonly maxSize?: number;
  readonly crop?: readonly [number, number];
  readonly exposure: NumberRange;
  readonly gamma: NumberRange;
  readonly cast: number;
  readonly photons: NumberRange;
  readonly readNoise: NumberRange;
  readonly json?: boolean;
}

/** Adds `mfnc data darken`. */
export function registerDarken(data: Command): void {
  data
    .command('darken')
    .summary('make low-light pairs of well-lit photographs')
    .description(
      'Makes pairs for a training: OUT/normal holds the photographs as PNG, OUT/low darkened copies of the same names, OUT/darken.json how each was made.',
    )
    .argument('<input...>', 'well-lit photographs, or folders of them')
    .requiredOption('-o, --output <folder>', 'folder for the pairs')
    .option('--seed <number>', 'what all random numbers come from', parseCount(0), 1)
    .option('--max-size <pixels>', 'make larger photographs smaller until neither side is longer', parseCount(16))
    .option('--crop <WxH>', 'cut this width and height out of the middle', parseCrop)
    .addOption(
      rangeOption('--exposure', 'share of the light that is left, as 0.03..0.12 or 0.1', defaultDarkening.exposure, {
        words: 'above 0 and at most 1',
        holds: (value) => value > 0 && value <= 1,
      }),
    )
    .addOption(rangeOption('--gamma', 'exponent of the tone curve; above 1 it deepens shadows', defaultDarkening.gamma, positive))
    .option('--cast <share>', 'by how much the light of a channel differs at most', parseCast, defaultDarkening.cast)
    .addOption(
      rangeOption('--photons', 'photons of a fully exposed sample: the fewer, the more shot noise', defaultDarkening.photons, positive),
    )
    .addOption(
      rangeOption('--read-noise', 'deviation of the noise of the sensor, in linear light of 0 to 1', defaultDarkening.readNoise, {
        words: 'at least 0',
        holds: (value) => value >= 0,
      }),
    )
    .option('--json', 'print how each photograph was darkened')
    .addHelpText(
      'after',
      [
        '',
        'Each copy gets less light, a colour cast, shot noise of photons and read noise of a sensor in linear light, and a steeper tone curve; how much is drawn',
        'for each photograph from the seed and its name: uniformly within a range, exposure and photons uniformly in their logarithm. The defaults give pictures',
        'about as dark as those of LOL. OUT/darken.json records ranges, seed and what was drawn.',
        '',
        'Examples:',
        '  mfnc data darken photographs -o pairs --exposure 0.2..0.5 --photons 2000..8000',
        '  mfnc data darken node_modules/material-kit/assets/img/examples -o pairs --max-size 480',
      ].join('\n'),
    )
    .action(guarded(runDarken));
}

async function runDarken(inputs: string[], { output, json, seed, maxSize, crop, ...ranges }: DarkenOptions): Promise<void> {
  const options = { seed, ...(maxSize === undefined ? {} : { maxSize }), ...(crop === undefined ? {} : { crop }), ranges };
  let progress: Progress | undefined;
  const pairs = await darkenFiles(inputs, output, options, (done, total) => {
    progress ??= new Progress({ label: 'darkening', total, unit: 'photographs' });
    progress.update(done);
  }).finally(() => progress?.finish());
  process.stdout.write(
    json === true ? `${JSON.stringify(pairs, null, 2)}\n` : `${pairs.length} pairs in ${output}/low and ${output}/normal\n`,
  );
}

function parseCast(text: string): number {
  const cast = Number(text);
  if (text.trim() === '' || !(cast >= 0 && cast < 1)) throw new InvalidArgumentError('Give a share of at least 0 and below 1.');
  return cast;
}
