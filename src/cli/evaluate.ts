import { type Command, Option } from 'commander';
import type { Precision } from '../compiler/3-lower/index.js';
import { pairFolders } from '../runtime/data/index.js';
import { type EngineChoice, engineChoices } from '../runtime/engines/index.js';
import { Enhancer } from '../runtime/enhance/index.js';
import { type Evaluation, evaluatePairs } from '../runtime/metrics/index.js';
import { guarded } from './guarded.js';
import { loadNetwork, mapOptionText } from './load-network.js';
import { type ErrorLimit, maxErrorsOption } from './max-errors.js';
import { precisionOption } from './precision-option.js';
import { requireEngine } from './runtime-failure.js';
import { type Overriding, setOption } from './set-option.js';
import { Progress } from './terminal/progress.js';
import { formatTable } from './terminal/table.js';

interface Options extends ErrorLimit, Overriding {
  readonly model: string;
  readonly weights: string;
  readonly map?: string;
  readonly low: string;
  readonly normal: string;
  readonly engine: EngineChoice;
  readonly precision: Precision;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly markdown?: boolean;
}

export function register(program: Command): void {
  program
    .command('evaluate')
    .summary('measure PSNR and SSIM over a folder of pairs')
    .description('Enhances the images of one folder and measures PSNR and SSIM against their partners of the same name in another.')
    .requiredOption('--model <file>', '.mfn source of the network, or FILE#VARIANT')
    .requiredOption('--weights <file>', 'trained weights: weights.safetensors of a training, or what mfnc compile wrote')
    .option('--map <file>', mapOptionText)
    .requiredOption('--low <folder>', 'images to enhance')
    .requiredOption('--normal <folder>', 'what they should look like, matched by name without extension')
    .addOption(new Option('--engine <name>', 'engine to run on').choices(engineChoices).default('auto'))
    .addOption(precisionOption().default('float32'))
    .addOption(setOption())
    .addOption(maxErrorsOption())
    .addOption(new Option('--json', 'print JSON').conflicts(['csv', 'markdown']))
    .addOption(new Option('--csv', 'print CSV').conflicts('markdown'))
    .option('--markdown', 'print a Markdown table')
    .addHelpText(
      'after',
      '\nExample:\n  mfnc evaluate --model models/lw-drgn.mfn --weights runs/lol/weights.safetensors --low test/low --normal test/high',
    )
    .action(guarded(evaluate));
}

async function evaluate(options: Options): Promise<void> {
  const { ir, sources, weights } = await loadNetwork(options.model, options.weights, options);
  const pairs = await pairFolders({ low: options.low, normal: options.normal });
  const engine = await requireEngine(options.engine, options.precision);
  const enhancer = new Enhancer(ir, weights, engine, { precision: options.precision, sources });
  const progress = new Progress({ label: `evaluating on ${engine.name}`, total: pairs.length, unit: 'images' });
  try {
    const evaluation = await evaluatePairs(
      pairs,
      { low: 'low', normal: 'normal' },
      (image) => enhancer.enhance(image),
      (done) => progress.update(done),
    );
    progress.finish();
    process.stdout.write(format(evaluation, options));
  } finally {
    progress.finish();
    await enhancer.dispose();
  }
}

function format(evaluation: Evaluation, { json, csv, markdown }: Options): string {
  if (json === true) return `${JSON.stringify(evaluation, null, 2)}\n`;
  if (csv === true) return formatCSV(evaluation);
  const columns = [
    { title: 'image' },
    ...['size', 'PSNR', 'SSIM', 'input PSNR', 'input SSIM'].map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = rowsOf(evaluation);
  const protocol = Object.entries(evaluation.protocol).map(([name, value]) => [name, String(value)] as const);
  if (markdown !== true) {
    return [
      formatTable(columns, [...rows.slice(0, -1), 'rule', rows.at(-1) as string[]]),
      '',
      ...protocol.map(([name, value]) => `${name}: ${value}`),
      '',
    ].join('\n');
  }
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map((column) => ('align' in column ? '---:' : '---'))),
    ...rows.map(line),
    '',
    ...protocol.map(([name, value]) => `- ${name}: ${value}`),
    '',
  ].join('\n');
}

/** A row for each image and one for the means. */
function rowsOf({ images, mean, input }: Evaluation): string[][] {
  const numbers = (scores: { readonly psnr: number; readonly ssim: number }) => [scores.psnr.toFixed(2), scores.ssim.toFixed(4)];
  return [
    ...images.map((image) => [image.name, `${image.width}x${image.height}`, ...numbers(image), ...numbers(image.input)]),
    [`mean of ${images.length}`, '', ...numbers(mean), ...numbers(input)],
  ];
}

function formatCSV({ images, mean, input, protocol }: Evaluation): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [
    ...Object.entries(protocol).map(([name, value]) => `# ${name}: ${value}`),
    'image,width,height,psnr,ssim,input_psnr,input_ssim',
    ...images.map((image) =>
      [quoted(image.name), image.width, image.height, image.psnr, image.ssim, image.input.psnr, image.input.ssim].join(','),
    ),
    ['mean', '', '', mean.psnr, mean.ssim, input.psnr, input.ssim].join(','),
    '',
  ].join('\n');
}
