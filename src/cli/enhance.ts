import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Precision } from '../compiler/3-lower/index.js';
import { type EngineChoice, engineChoices } from '../runtime/engines/index.js';
import { defaultPixelLimit, Enhancer, enhanceFiles, planJobs } from '../runtime/enhance/index.js';
import { chosenNetwork, modelOption, weightsOption } from './default-network.js';
import { CommandFailure } from './failure.js';
import { guarded } from './guarded.js';
import { loadNetwork, mapOptionText } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { precisionOption } from './precision-option.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { Progress } from './terminal/progress.js';

interface Options extends ErrorLimit, Overriding {
  readonly output?: string;
  readonly model?: string;
  readonly weights?: string;
  readonly map?: string;
  readonly engine: EngineChoice;
  readonly precision: Precision;
  readonly maxPixels: number;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('enhance')
    .summary('enhance photographs')
    .description(
      'Enhances PNG, JPEG, WebP and BMP images of any size and writes them in the format they came in, enlarged where the network enlarges by a whole number. Inputs are never touched.',
    )
    .argument('<input...>', 'image files, or folders of them')
    .option(
      '-o, --output <path>',
      'folder for the results; for a single image also a file name (default: beside the input, as photo.enhanced.jpg; for a folder photos.enhanced)',
    )
    .addOption(modelOption())
    .addOption(weightsOption())
    .option('--map <file>', mapOptionText)
    .addOption(new Option('--engine <name>', 'engine to run on').choices(engineChoices).default('auto'))
    .addOption(precisionOption().default('float32'))
    .option(
      '--max-pixels <count>',
      'larger images are enhanced in overlapping tiles, which bounds the memory',
      parsePixels,
      defaultPixelLimit,
    )
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print what became of each image as JSON')
    .addHelpText(
      'after',
      [
        '',
        'EXIF orientation is applied to the pixels. 8-bit grey becomes RGB; transparency is kept (JPEG has none). 16-bit, CMYK, animated, empty and',
        'truncated files are named, the others are still enhanced, and the exit code is 2.',
        '',
        'Examples:',
        '  mfnc enhance photo.jpg',
        '  mfnc enhance photographs -o enhanced --model models/lw-drgn.mfn --weights runs/lol/weights.safetensors',
      ].join('\n'),
    )
    .action(guarded(enhance));
}

async function enhance(inputs: string[], options: Options): Promise<void> {
  const network = chosenNetwork(options);
  const { ir, sources, weights } = await loadNetwork(network.model, network.weights, options);
  const jobs = await planJobs(inputs, options.output);
  const engine = await requireEngine(options.engine, options.precision);
  const enhancer = new Enhancer(ir, weights, engine, { pixelLimit: options.maxPixels, precision: options.precision, sources });
  const progress = new Progress({ label: `enhancing on ${engine.name}`, total: jobs.length, unit: jobs.length === 1 ? 'image' : 'images' });
  try {
    const results = await enhanceFiles(jobs, enhancer, (result, done) => {
      if (result.problem !== undefined) progress.note(`error: ${result.problem}`);
      else if (result.note !== undefined) progress.note(`${result.input}: ${result.note}`);
      progress.update(done);
    });
    progress.finish();
    if (options.json === true) process.stdout.write(`${JSON.stringify({ engine: engine.name, images: results }, null, 2)}\n`);
    const failed = results.filter(({ problem }) => problem !== undefined).length;
    if (failed > 0) throw new CommandFailure(2, summaryOf(failed, results.length, options.output));
    if (options.json !== true) process.stdout.write(`${results.map(({ output }) => output).join('\n')}\n`);
  } finally {
    progress.finish();
    await enhancer.dispose();
  }
}

/** Nothing for a single image: why it failed has been said. */
function summaryOf(failed: number, total: number, output = 'their places beside the inputs'): string {
  if (total === 1) return '';
  if (failed === total) return `none of the ${total} images could be enhanced.`;
  const others = total - failed === 1 ? 'other one is' : `other ${total - failed} are`;
  return `${failed} of ${total} images could not be enhanced; the ${others} in ${output}.`;
}

function parsePixels(text: string): number {
  const pixels = Number(text);
  if (!Number.isInteger(pixels) || pixels < 2 ** 16) throw new InvalidArgumentError('Give a whole number of pixels of at least 65536.');
  return pixels;
}
