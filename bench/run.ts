/**
 * npm run bench -- [--case inference,train-step] [--engines tfjs-node,onnx] [--model lw-drgn|drgn] [--rounds 15] [--warmup 3] [--threads N]
 *                  [--output FOLDER] [--without-pytorch]
 * Measures mfnc's engines and PyTorch side by side and writes RESULTS.md and results.json.
 */
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engineNamed } from './engine-named.js';
import { describeMachine } from './machine.js';
import { type CaseResult, measureCase, type Settings } from './measure.js';
import type { BenchmarkCase } from './protocol.js';
import { findPyTorch } from './python-environment.js';
import { type BenchmarkReport, toMarkdown } from './report.js';
import { engineSide, pytorchSides, type Side } from './sides.js';

const folder = path.dirname(fileURLToPath(import.meta.url));
const sizes = {
  inference: { batch: 1, height: 400, width: 600 },
  'train-step': { batch: 16, height: 96, width: 96 },
} as const;

interface Options {
  readonly cases: readonly BenchmarkCase[];
  readonly engines: readonly string[];
  readonly settings: Settings;
  readonly output: string;
  readonly withPyTorch: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      case: { type: 'string', default: 'inference,train-step' },
      engines: { type: 'string', default: 'tfjs-node,onnx' },
      model: { type: 'string', default: 'lw-drgn' },
      rounds: { type: 'string', default: '15' },
      warmup: { type: 'string', default: '3' },
      threads: { type: 'string', default: String(os.availableParallelism()) },
      output: { type: 'string', default: folder },
      'without-pytorch': { type: 'boolean', default: false },
    },
  });
  const { model } = values;
  if (model !== 'lw-drgn' && model !== 'drgn') throw new RangeError(`--model is lw-drgn or drgn, not ${model}`);
  const cases = values.case.split(',').map((name): BenchmarkCase => {
    if (name !== 'inference' && name !== 'train-step') throw new RangeError(`--case is inference, train-step or both, not ${name}`);
    return { name, model, ...sizes[name] };
  });
  return {
    cases,
    engines: values.engines
      .split(',')
      .filter((name) => name !== '')
      .map(engineNamed),
    settings: {
      rounds: positiveInteger('--rounds', values.rounds),
      warmup: positiveInteger('--warmup', values.warmup),
      threads: positiveInteger('--threads', values.threads),
    },
    output: values.output,
    withPyTorch: !values['without-pytorch'],
  };
}

function positiveInteger(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${option} wants a positive whole number, not ${text}`);
  return value;
}

function findSides({ engines, withPyTorch }: Options): Side[] {
  const sides = engines.map(engineSide);
  if (!withPyTorch) return sides;
  const found = findPyTorch(path.join(folder, '.venv'), path.join(folder, 'pytorch', 'requirements.txt'));
  if ('python' in found) return [...pytorchSides(found.python), ...sides];
  console.error(`PyTorch is absent, so there is nothing to compare with: ${found.reason}.`);
  return sides;
}

async function main(): Promise<void> {
  const options = readOptions();
  const sides = findSides(options);
  const results: CaseResult[] = [];
  for (const benchmark of options.cases) {
    console.error(`${benchmark.model}, ${benchmark.name}`);
    results.push(await measureCase(benchmark, sides, options.settings, (line) => console.error(line)));
  }
  const report: BenchmarkReport = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    node: process.version.slice(1),
    settings: options.settings,
    cases: results,
  };
  const markdown = toMarkdown(report);
  writeFileSync(path.join(options.output, 'RESULTS.md'), markdown);
  writeFileSync(path.join(options.output, 'results.json'), `${JSON.stringify(report, undefined, 1)}\n`);
  console.log(markdown);
  if (results.some((result) => result.sides.length === 0)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof RangeError ? 2 : 1;
}
