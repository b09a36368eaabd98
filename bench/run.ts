/**
 * npm run bench -- [--case inference,train-step,small-inference,small-train-step] [--engines tfjs-node,onnx] [--model lw-drgn,drgn]
 *                  [--device cpu|cuda] [--precision float32,bfloat16] [--rounds 15] [--warmup 3] [--threads N] [--output FOLDER] [--without-pytorch] [--without-handwritten]
 * Measures mfnc's engines, PyTorch and code by hand side by side and writes RESULTS.md and results.json, on a GPU RESULTS-GPU.md and results-gpu.json.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Precision } from '../src/compiler/3-lower/index.js';
import { elementTypes } from '../src/compiler/ir/element-type.js';
import { describeMachine } from '../src/runtime/benchmark/index.js';
import { allEngines, bfloat16Support, findEngine } from '../src/runtime/engines/index.js';
import { type CaseName, caseNamed, runsByDefault } from './cases.js';
import { engineNamed } from './engine-named.js';
import { generatePackage } from './generated-package.js';
import { type CaseResult, measureCase } from './measure.js';
import { type Options, readOptions } from './options.js';
import type { BenchmarkCase } from './protocol.js';
import { findPyTorch } from './python-environment.js';
import { type BenchmarkReport, toMarkdown } from './report.js';
import { compiledSide, generatedSide, handwrittenSide, pytorchSides, type Side } from './sides.js';
import { findTfjsNode } from './tfjs-node-package.js';

const folder = path.dirname(fileURLToPath(import.meta.url));
const handwrittenEngines = ['tfjs-node', 'tfjs-node-gpu', 'tfjs-wasm', 'tfjs-webgpu', 'tfjs-cpu'];
/** Adapters that compute on the CPU are for tests of correctness. */
const softwareAdapter = /swiftshader|llvmpipe|software/i;

/** The engines to measure: those asked for, else those that this machine has. */
async function enginesFor(options: Options): Promise<readonly string[]> {
  if (options.engines !== undefined) return options.engines.map(engineNamed);
  const statuses = await Promise.all((await allEngines()).map((engine) => engine.probe()));
  return statuses
    .filter(({ available, devices }) => available && !devices.some((name) => softwareAdapter.test(name)))
    .map(({ name }) => name);
}

/** A machine with a GPU needs nothing but this script: what it runs on is installed first. */
async function installForGpu(engines: readonly string[]): Promise<void> {
  if (!engines.includes('tfjs-node-gpu')) return;
  const found = await findEngine('tfjs-node-gpu').catch(() => undefined);
  if (found === undefined) spawnSync(process.execPath, ['dist/cli/main.js', 'engine', 'install', 'tfjs-node-gpu'], { stdio: 'inherit' });
}

/** bfloat16 is measured where it is fast, beside PyTorch's autocast. */
async function usefulPrecisions(engine: string): Promise<readonly Precision[]> {
  const found = (await allEngines()).find(({ name }) => name === engine);
  if (found === undefined) return ['float32'];
  const { fast } = await bfloat16Support(await found.probe());
  return fast ? elementTypes : ['float32'];
}

/** Sides in their order; those that cannot be had are named with the reason. */
async function findSides(options: Options, engines: readonly string[]): Promise<Side[]> {
  const sides: Side[] = [];
  const precisions = new Map<string, readonly Precision[]>();
  for (const engine of engines) precisions.set(engine, options.precisions ?? (await usefulPrecisions(engine)));
  if (options.pytorch) {
    const found = findPyTorch(path.join(folder, '.venv'), path.join(folder, 'pytorch', 'requirements.txt'));
    if ('python' in found) sides.push(...pytorchSides(found.python, options.device, [...new Set([...precisions.values()].flat())]));
    else console.error(`PyTorch is absent, so there is nothing to compare with: ${found.reason}.`);
  }
  for (const engine of engines) {
    for (const precision of precisions.get(engine) ?? []) sides.push(compiledSide(engine, precision));
    if (!options.handwritten || !handwrittenEngines.includes(engine)) continue;
    const isNative = engine === 'tfjs-node' || engine === 'tfjs-node-gpu';
    const found = isNative ? findTfjsNode(engine) : { folder: undefined };
    if ('reason' in found) console.error(`Without code by hand over ${engine}: ${found.reason}.`);
    else sides.push(handwrittenSide(engine, found.folder));
    if (!isNative || 'reason' in found || found.folder === undefined) continue;
    const generated = generatePackage(path.dirname(folder), found.folder);
    if ('reason' in generated) console.error(`Without generated TypeScript: ${generated.reason}.`);
    else sides.push(generatedSide(engine, generated.folder));
  }
  return sides;
}

function takesPart(side: Side, name: CaseName, benchmark: BenchmarkCase, options: Options): boolean {
  if ((side.kind === 'handwritten' || side.kind === 'generated') && benchmark.model !== 'lw-drgn') return false;
  if (side.engine === undefined) return !name.startsWith('small-');
  return options.engines !== undefined || runsByDefault(side.engine, name);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const engines = await enginesFor(options);
  const onGpu = options.device === 'cuda';
  if (onGpu) await installForGpu(engines);
  const sides = await findSides(options, engines);
  const results: CaseResult[] = [];
  for (const model of options.models) {
    for (const name of options.cases) {
      const benchmark = caseNamed(name, model);
      const taking = sides.filter((side) => takesPart(side, name, benchmark, options));
      console.error(`${model}, ${name}`);
      results.push(await measureCase(benchmark, taking, options.settings, (line) => console.error(line)));
    }
  }
  const output = options.output ?? folder;
  const report: BenchmarkReport = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    node: process.version.slice(1),
    settings: options.settings,
    cases: results,
    ...(onGpu ? {} : { gpu: gpuRemark(output) }),
  };
  const markdown = toMarkdown(report);
  mkdirSync(output, { recursive: true });
  const suffix = onGpu ? { markdown: 'RESULTS-GPU.md', json: 'results-gpu.json' } : { markdown: 'RESULTS.md', json: 'results.json' };
  writeFileSync(path.join(output, suffix.markdown), markdown);
  writeFileSync(path.join(output, suffix.json), `${JSON.stringify(report, undefined, 1)}\n`);
  console.log(markdown);
  if (results.some((result) => result.sides.length === 0)) process.exitCode = 1;
}

function gpuRemark(output: string): string {
  if (existsSync(path.join(output, 'RESULTS-GPU.md'))) return 'The table of a machine with a GPU is [RESULTS-GPU.md](RESULTS-GPU.md).';
  return [
    'This table is empty: no machine with a GPU could be had for a run. On one, `npm run bench -- --device cuda` measures the inference and the train',
    'step of LW-DRGN and DRGN on `tfjs-node-gpu`, `onnx-webgpu` and `tfjs-webgpu` beside PyTorch through CUDA, with and without autocast, and writes',
    'RESULTS-GPU.md.',
  ].join('\n');
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = error instanceof RangeError || (error instanceof TypeError && 'code' in error) ? 2 : 1;
}
