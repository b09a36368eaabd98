/**
 * npm run precision -- [--seeds 1,2,3] [--steps 1500] [--width 8] [--engine tfjs-node] [--output FOLDER]
 * Trains a narrow LW-DRGN on darkened photographs (as the test of the main job in miniature does) twice for each seed, with convolutions in float32 and in
 * bfloat16, and compares the PSNR on pictures that were not trained on. The rate falls to a hundredth, so that the result is not that of the last steps'
 * chance. Whether bfloat16 is fast here does not matter to the comparison. With --output, what is there already is kept, and a run that was interrupted
 * goes on.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { requireIR } from '../src/cli/analyze-file.js';
import { type ElementType, elementTypes } from '../src/compiler/ir/element-type.js';
import { describeMachine } from '../src/runtime/benchmark/index.js';
import { darkenFiles } from '../src/runtime/data/index.js';
import { bfloat16Support, type Engine, findEngine } from '../src/runtime/engines/index.js';
import { outputFiles, readRunFile, type TrainReporter, train } from '../src/runtime/train/index.js';
import { engineNamed } from './engine-named.js';

const project = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const photographs = path.join(project, 'node_modules/material-kit/assets/img/examples');

interface Options {
  readonly engine: Engine;
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly width: number;
  readonly output: string;
}

/** PSNR in dB and SSIM, means over the pictures that were held out. */
interface Score {
  readonly psnr: number;
  readonly ssim: number;
}

async function readOptions(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'tfjs-node' },
      seeds: { type: 'string', default: '1,2,3' },
      steps: { type: 'string', default: '1500' },
      width: { type: 'string', default: '8' },
      output: { type: 'string', default: mkdtempSync(path.join(os.tmpdir(), 'mfnc-precision-')) },
    },
  });
  return {
    engine: await findEngine(engineNamed(values.engine)),
    seeds: values.seeds.split(',').map(Number),
    steps: Number(values.steps),
    width: Number(values.width),
    output: path.resolve(values.output),
  };
}

/** Pairs of photographs at most 200 pixels wide and high: every fourth is held out. */
async function makePairs(output: string): Promise<void> {
  if (existsSync(path.join(output, 'pairs'))) return;
  await darkenFiles([photographs], path.join(output, 'pairs'), { seed: 1, maxSize: 200 });
}

/** LW-DRGN with a rate that suits a training this short. */
function writeModel({ steps, output }: Options): string {
  const source = readFileSync(path.join(project, 'models/lw-drgn.mfn'), 'utf8');
  const adapted = source.replace(/rate = .*?(?= {2}beta1)/, `rate = 5e-3 * 0.01 ^ (step / ${steps})`);
  if (adapted === source) throw new Error('models/lw-drgn.mfn gives its rate in another way than this script expects');
  const name = `lw-drgn-${steps}.mfn`;
  writeFileSync(path.join(output, name), adapted);
  return name;
}

function runContent(seed: number, precision: ElementType, options: Options, output: string) {
  const { steps, width } = options;
  const pair = { low: 'pairs/low', normal: 'pairs/normal' };
  return {
    model: writeModel(options),
    parameters: { width },
    data: { pair, reference: 'pairs/normal', validation: { ...pair, every: 4 } },
    output,
    precision,
    seed,
    training: { batch: 4, patch: '48x48', degradation: { steps: 40, anchor: 10 }, refinement: { steps } },
    samples: { count: 0 },
  };
}

/** Trains one run to its end, if that is not done, and reads its score. */
async function trained(seed: number, precision: ElementType, options: Options): Promise<Score> {
  const name = `seed-${seed}-steps-${options.steps}-width-${options.width}-${precision}`;
  const file = path.join(options.output, `${name}.yaml`);
  const { config, metrics } = outputFiles(path.join(options.output, name));
  if (!existsSync(metrics)) {
    writeFileSync(file, stringify(runContent(seed, precision, options, name)));
    const run = await readRunFile(file);
    const { ir } = requireIR(run.model, { overrides: run.overrides });
    const started = performance.now();
    await train({ run, ir, engine: options.engine, resume: existsSync(config), signal: new AbortController().signal, reporter: silent });
    console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const { mean }: { mean: Score } = JSON.parse(readFileSync(metrics, 'utf8'));
  return mean;
}

const silent: TrainReporter = {
  checked: () => undefined,
  validating: () => undefined,
  note: (line) => console.error(line),
};

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function main(): Promise<void> {
  const options = await readOptions();
  const { engine, seeds, steps, width, output } = options;
  mkdirSync(output, { recursive: true });
  await makePairs(output);
  const rows: (readonly [string, Score, Score])[] = [];
  for (const seed of seeds) {
    const [float32, bfloat16] = [await trained(seed, elementTypes[0], options), await trained(seed, elementTypes[1], options)];
    rows.push([String(seed), float32, bfloat16]);
  }
  const mean = (of: (row: (typeof rows)[number]) => Score): Score => ({
    psnr: average(rows.map((row) => of(row).psnr)),
    ssim: average(rows.map((row) => of(row).ssim)),
  });
  rows.push(['mean', mean((row) => row[1]), mean((row) => row[2])]);
  const { fast, reason } = await bfloat16Support(await engine.probe());
  const cells = ([name, a, b]: (typeof rows)[number]): string[] => [
    ...[name, a.psnr.toFixed(2), b.psnr.toFixed(2), (b.psnr - a.psnr).toFixed(2)],
    ...[a.ssim.toFixed(4), b.ssim.toFixed(4), (b.ssim - a.ssim).toFixed(4)],
  ];
  const line = (values: readonly string[]) => `| ${values.join(' | ')} |`;
  const columns = ['seed', 'PSNR, float32', 'bfloat16', 'difference', 'SSIM, float32', 'bfloat16', 'difference'];
  console.log(
    [
      `LW-DRGN of width ${width}, ${steps} steps of stage 2, on ${engine.name}; ${describeMachine()}; bfloat16 is ${fast ? '' : 'not '}fast here: ${reason}.`,
      '',
      line(columns),
      line(columns.map(() => '---:')),
      ...rows.map((row) => line(cells(row))),
    ].join('\n'),
  );
}

await main();
