import { type Command, InvalidArgumentError } from 'commander';
import { writeFileAtomically } from '../runtime/files/index.js';
import { type FitOptions, fitNIQE, formatNIQEModel } from '../runtime/metrics/index.js';
import { guarded } from './guarded.js';
import { Progress } from './terminal/progress.js';

interface Options extends FitOptions {
  readonly output: string;
}

/** Adds `fit-niqe` to `mfnc metrics`. */
export function registerFitNIQE(metrics: Command): void {
  metrics
    .command('fit-niqe')
    .summary("fit NIQE's model to good photographs")
    .description(
      "Fits NIQE's model to good photographs, as estimatemodelparam.m of its release does: the statistics of blocks of 96x96 whose sharpness is above 0.75 of that of the sharpest one of their photograph.",
    )
    .argument('<photograph...>', 'sharp, natural photographs, or folders of them; the official model is of 125')
    .requiredOption('-o, --output <file>', 'model to write, as JSON, with how it was made')
    .option('--max-size <pixels>', 'make larger photographs smaller until neither side is longer', parseSize)
    .option('--source <text>', 'what the protocol of numbers says of this model')
    .addHelpText(
      'after',
      [
        '',
        'NIQE is the distance to this model: numbers of two models are not comparable.',
        '',
        'Example:',
        '  mfnc metrics fit-niqe photographs -o niqe.json --max-size 1024 && mfnc metrics enhanced --metric niqe --metric-model niqe=niqe.json',
      ].join('\n'),
    )
    .action(guarded(fit));
}

async function fit(inputs: string[], { output, ...options }: Options): Promise<void> {
  let progress: Progress | undefined;
  const model = await fitNIQE(inputs, options, (done, total) => {
    progress ??= new Progress({ label: 'fitting', total, unit: 'photographs' });
    progress.update(done);
  }).finally(() => progress?.finish());
  await writeFileAtomically(output, formatNIQEModel(model));
  const { blocks = 0, photographs = [] } = model.fit ?? {};
  process.stdout.write(`${output}: NIQE's model of ${blocks} blocks of ${photographs.length} photographs\n`);
}

function parseSize(text: string): number {
  const size = Number(text);
  if (!Number.isSafeInteger(size) || size < 96) throw new InvalidArgumentError('Give a whole number of pixels from 96.');
  return size;
}
