import { type Command, InvalidArgumentError } from 'commander';
import { darkenFiles } from '../runtime/data/index.js';
import { guarded } from './guarded.js';
import { Progress } from './terminal/progress.js';

interface DarkenOptions {
  readonly output: string;
  readonly seed: number;
  readonly maxSize?: number;
  readonly crop?: readonly [number, number];
  readonly json?: boolean;
}

export function register(program: Command): void {
  const data = program
    .command('data')
    .summary('prepare photographs for a training')
    .description('Prepares photographs for a training.')
    .addHelpText('after', '\nExample:\n  mfnc data darken photographs -o pairs\n\nmfnc data COMMAND --help says more about each command.');
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
    .option('--json', 'print how each photograph was darkened')
    .addHelpText(
      'after',
      [
        '',
        'Each copy gets less light, a colour cast, shot noise of photons and read noise of a sensor in linear light, and a steeper tone curve; how much is drawn',
        'for each photograph from the seed and its name.',
        '',
        'Example:',
        '  mfnc data darken node_modules/material-kit/assets/img/examples -o pairs --max-size 480',
      ].join('\n'),
    )
    .action(guarded(runDarken));
}

async function runDarken(inputs: string[], { output, json, ...options }: DarkenOptions): Promise<void> {
  let progress: Progress | undefined;
  const pairs = await darkenFiles(inputs, output, options, (done, total) => {
    progress ??= new Progress({ label: 'darkening', total, unit: 'photographs' });
    progress.update(done);
  }).finally(() => progress?.finish());
  process.stdout.write(
    json === true ? `${JSON.stringify(pairs, null, 2)}\n` : `${pairs.length} pairs in ${output}/low and ${output}/normal\n`,
  );
}

function parseCount(minimum: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(count) || count < minimum)
      throw new InvalidArgumentError(`Give a whole number from ${minimum}.`);
    return count;
  };
}

function parseCrop(text: string): [number, number] {
  const sides = /^(\d+)[xX×](\d+)$/.exec(text);
  const [width, height] = [Number(sides?.[1]), Number(sides?.[2])];
  if (sides === null || width < 1 || height < 1) throw new InvalidArgumentError('Give width x height in pixels, for example 320x240.');
  return [width, height];
}
