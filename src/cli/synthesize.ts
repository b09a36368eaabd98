import { type Command, Option } from 'commander';
import { hashTensors } from '../runtime/checkpoint/index.js';
import { type EngineChoice, engineChoices } from '../runtime/engines/index.js';
import { DegradationNetwork, synthesizeFiles } from '../runtime/synthesize/index.js';
import { chosenNetwork, modelOption, weightsOption } from './default-network.js';
import { guarded } from './guarded.js';
import { loadNetwork, mapOptionText } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { type NumberRange, parseCrop, rangeOption } from './pair-options.js';
import { parseCount } from './parse-count.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { Progress } from './terminal/progress.js';

interface Options extends ErrorLimit, Overriding {
  readonly like: string[];
  readonly output: string;
  readonly strength: NumberRange;
  readonly seed: number;
  readonly maxSize?: number;
  readonly crop?: readonly [number, number];
  readonly model?: string;
  readonly weights?: string;
  readonly map?: string;
  readonly value: string;
  readonly engine: EngineChoice;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command('synthesize')
    .summary('make low-light pairs of photographs with a trained degradation network')
    .description(
      'Gives well-lit photographs the degradation that a trained network takes out of low-light ones: OUT/normal holds the photographs as PNG, OUT/low the dark copies of the same names, OUT/synthesize.json how each was made.',
    )
    .argument('<reference...>', 'well-lit photographs, or folders of them')
    .requiredOption(
      '--like <path...>',
      'low-light photographs, or folders of them, whose degradation the references get; one is drawn for each',
    )
    .requiredOption('-o, --output <folder>', 'folder for the pairs')
    .addOption(
      rangeOption('--strength', 'how much of the degradation is added: 0 none, 1 as it was learned, more is darker', [1, 1], {
        words: 'of at least 0',
        holds: (value) => value >= 0,
      }),
    )
    .option('--seed <number>', 'what all random numbers come from', parseCount(0), 1)
    .option('--max-size <pixels>', 'make larger photographs smaller until neither side is longer', parseCount(16))
    .option('--crop <WxH>', 'cut this width and height out of the middle', parseCrop)
    .addOption(modelOption())
    .addOption(weightsOption())
    .option('--map <file>', mapOptionText)
    .option('--value <name>', 'the value of the model that is the degradation', 'degradation')
    .addOption(new Option('--engine <name>', 'engine to run on').choices(engineChoices).default('auto'))
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .option('--json', 'print how each pair was made')
    .addHelpText(
      'after',
      [
        '',
        'A dark copy is clip(reference + strength * degradation) (Sec. 2.3 of the paper of DRGN). The degradation is what the network gives for a part of a',
        'low-light photograph, which is made smaller until it covers the reference, or tiled by reflection. Photograph, part, mirroring and strength are drawn',
        'from the seed and the name of the reference, so the same call gives the same pairs. They are laid out as those of mfnc data darken, for a run file:',
        '  data: { pair: { low: OUT/low, normal: OUT/normal } }',
        '',
        'Examples:',
        '  mfnc synthesize photographs --like dark -o pairs',
        '  mfnc synthesize photographs --like dark -o pairs --strength 0.5..1.5 --model models/drgn.mfn --weights runs/drgn/weights.safetensors',
      ].join('\n'),
    )
    .action(guarded(synthesize));
}

async function synthesize(references: string[], options: Options): Promise<void> {
  const { like, output, seed, strength, maxSize, crop, value, json } = options;
  const chosen = chosenNetwork(options);
  const { ir, weights } = await loadNetwork(chosen.model, chosen.weights, options);
  const engine = await requireEngine(options.engine, 'float32');
  const network = new DegradationNetwork(ir, weights, value, engine);
  let progress: Progress | undefined;
  try {
    const record = { model: ir.model.name, weights: hashTensors(weights), value, engine: engine.name };
    const settings = { seed, strength, ...(maxSize === undefined ? {} : { maxSize }), ...(crop === undefined ? {} : { crop }) };
    const pairs = await synthesizeFiles(references, like, output, network, record, settings, (done, total) => {
      progress ??= new Progress({ label: `degrading on ${engine.name}`, total, unit: 'photographs' });
      progress.update(done);
    });
    progress?.finish();
    process.stdout.write(
      json === true ? `${JSON.stringify(pairs, null, 2)}\n` : `${pairs.length} pairs in ${output}/low and ${output}/normal\n`,
    );
  } finally {
    progress?.finish();
    await network.dispose();
  }
}
