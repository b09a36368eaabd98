import { type Command, Option } from 'commander';
import type { Precision } from '../compiler/3-lower/index.js';
import { pairFolders } from '../runtime/data/index.js';
import { type EngineChoice, engineChoices } from '../runtime/engines/index.js';
import { Enhancer, enlargement } from '../runtime/enhance/index.js';
import { checkPairs, defaultMetrics, type Evaluation, evaluatePairs, metricsNamed, undefinedScores } from '../runtime/metrics/index.js';
import { chosenNetwork, modelOption, weightsOption } from './default-network.js';
import { guarded } from './guarded.js';
import { loadNetwork, mapOptionText } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { type Measuring, metricList, metricModelOption, metricOption, readyMetrics } from './metrics-options.js';
import { formatScores, meanRow } from './metrics-table.js';
import { precisionOption } from './precision-option.js';
import { addResultFormats, type ResultFormat } from './result-format.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { Progress } from './terminal/progress.js';
import { partialMeans, tellUndefined, undefinedHelp } from './undefined-scores.js';

interface Options extends ErrorLimit, Overriding, Measuring, ResultFormat {
  readonly model?: string;
  readonly weights?: string;
  readonly map?: string;
  readonly low: string;
  readonly normal: string;
  readonly engine: EngineChoice;
  readonly precision: Precision;
}

export function register(program: Command): void {
  const command = program
    .command('evaluate')
    .summary('measure a network over a folder of pairs')
    .description(
      'Enhances the images of one folder and measures the results, and the images as they were, against their partners of the same name in another. A network that enlarges is measured at the size of its output, beside the images enlarged bicubically.',
    )
    .addOption(modelOption())
    .addOption(weightsOption())
    .option('--map <file>', mapOptionText)
    .requiredOption('--low <folder>', 'images to enhance')
    .requiredOption(
      '--normal <folder>',
      'what they should look like, matched by name without extension; of a network that enlarges as much larger',
    )
    .addOption(metricOption('psnr,ssim'))
    .addOption(metricModelOption())
    .addOption(new Option('--engine <name>', 'engine to run on').choices(engineChoices).default('auto'))
    .addOption(precisionOption().default('float32'))
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .addHelpText(
      'after',
      [
        '',
        'Metrics:',
        metricList(),
        '',
        undefinedHelp,
        '',
        'Examples:',
        '  mfnc evaluate --low test/low --normal test/high',
        '  mfnc evaluate --model models/lw-drgn.mfn --weights runs/lol/weights.safetensors --low test/low --normal test/high --metric psnr,ssim,fsim',
      ].join('\n'),
    )
    .action(guarded(evaluate));
  addResultFormats(command);
}

/** A reference is as large as what the network makes of its partner, so that nothing is reduced. */
const roles = { input: 'low', truth: 'normal', reduction: 1 } as const;

async function evaluate(options: Options): Promise<void> {
  const metrics = await readyMetrics(options.metric === undefined ? defaultMetrics : metricsNamed(options.metric), options);
  const network = chosenNetwork(options);
  const { ir, sources, weights } = await loadNetwork(network.model, network.weights, options);
  const pairs = await pairFolders({ low: options.low, normal: options.normal });
  await checkPairs(pairs, roles, enlargement(ir), metrics);
  const engine = await requireEngine(options.engine, options.precision);
  const enhancer = new Enhancer(ir, weights, engine, { precision: options.precision, sources });
  const progress = new Progress({ label: `evaluating on ${engine.name}`, total: pairs.length, unit: 'images' });
  try {
    const evaluation = await evaluatePairs(pairs, roles, enhancer, (done) => progress.update(done), metrics);
    progress.finish();
    tellUndefined(
      evaluation.images.flatMap(({ scores, input }, i) => {
        const path = pairs[i]?.files.low as string;
        return [...undefinedScores(metrics, path, input), ...undefinedScores(metrics, `${path}, enhanced`, scores)];
      }),
      evaluation.images.flatMap(({ scores, input }) => [scores, input]),
    );
    process.stdout.write(formatEvaluation(evaluation, options));
  } finally {
    progress.finish();
    await enhancer.dispose();
  }
}

function formatEvaluation(evaluation: Evaluation, format: ResultFormat): string {
  const { images, mean, counts, input, inputCounts, inputAs, output, protocols } = evaluation;
  return formatScores(
    evaluation,
    {
      subject: 'image',
      facts: ['width', 'height'],
      groups: [{ key: 'output' }, { key: 'input', title: 'input' }],
      rows: images.map(({ name, width, height, scores, input: before }) => ({
        name,
        facts: [String(width), String(height)],
        scores: { output: scores, input: before },
      })),
      total: meanRow({ output: mean, input }, images.length, [counts, inputCounts]),
      protocols,
      notes: [
        ...partialMeans(counts, images.length),
        ...partialMeans(inputCounts, images.length, 'input'),
        ...(inputAs === undefined ? [] : [`input: ${inputAs}`]),
        `output of the network: ${output}`,
      ],
    },
    format,
  );
}
