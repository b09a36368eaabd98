/**
 * npm run parity -- [--engine onnx] [--models lw-drgn,drgn] [--steps 3] [--output FOLDER]
 * Has an engine compute inference and a few train steps of both stages from random weights and pictures, writes everything to files, and lets
 * pytorch/check.py compare them with an independent implementation in float64.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { requireIR } from '../src/cli/analyze-file.js';
import { initializeWeights, lowerInference, lowerTrainStep } from '../src/compiler/3-lower/index.js';
import type { IR } from '../src/compiler/ir/ir.js';
import type { Program } from '../src/compiler/ir/program.js';
import { randomImages } from '../src/runtime/benchmark/index.js';
import { encodeSafetensors } from '../src/runtime/checkpoint/safetensors.js';
import type { Engine, HostTensor } from '../src/runtime/engines/engine.js';
import { findEngine } from '../src/runtime/engines/index.js';
import { engineNamed } from './engine-named.js';
import { findPyTorch } from './python-environment.js';

const folder = path.dirname(fileURLToPath(import.meta.url));
/** Height and width differ, so that no exchange of the two goes unseen; both are divisible by what the models demand. */
const size = { batch: 2, height: 48, width: 64 };
const stages = ['degradation', 'refinement'] as const;

interface Case {
  readonly model: string;
  readonly stage: string;
  readonly engine: string;
  readonly file: string;
  /** Learning rate of each step. */
  readonly rates: readonly number[];
  /** Losses of each step, before its update, by name. */
  readonly losses: readonly Readonly<Record<string, number>>[];
}

type Tensors = Map<string, HostTensor>;

function pictures(): Tensors {
  const shape = [size.batch, size.height, size.width, 3];
  return new Map(['low', 'normal', 'reference'].map((name, i) => [name, randomImages(shape, 11 + i)]));
}

function pick(program: Program, role: 'parameter' | 'data', from: Tensors): Tensors {
  const names = program.inputs.filter((input) => input.role === role).map((input) => input.name);
  return new Map(
    names.map((name) => {
      const tensor = from.get(name);
      if (tensor === undefined) throw new Error(`the Program wants ${role} '${name}', which is not there`);
      return [name, tensor];
    }),
  );
}

function zeroStates(program: Program): Tensors {
  const states = program.inputs.filter((input) => input.role === 'state');
  return new Map(
    states.map((input) => {
      const shape = program.tensors[input.tensor]?.shape ?? [];
      return [input.name, { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) }];
    }),
  );
}

async function infer(ir: IR, engine: Engine, weights: Tensors, images: Tensors): Promise<HostTensor> {
  const executable = await engine.compile(lowerInference(ir, size));
  executable.write('parameter', pick(executable.program, 'parameter', weights));
  const results = await executable.run(pick(executable.program, 'data', images));
  await executable.dispose();
  const enhanced = results.get('enhanced');
  if (enhanced === undefined) throw new Error(`the inference gives ${[...results.keys()].join(', ')} but no 'enhanced'`);
  return enhanced;
}

async function train(ir: IR, engine: Engine, stage: string, steps: number, weights: Tensors, images: Tensors) {
  const step = lowerTrainStep(ir, stage, size);
  const executable = await engine.compile(step.program);
  executable.write('parameter', pick(step.program, 'parameter', weights));
  executable.write('state', zeroStates(step.program));
  const feeds = pick(step.program, 'data', images);
  const rates: number[] = [];
  const losses: Record<string, number>[] = [];
  const moments: Tensors = new Map();
  for (let i = 0; i < steps; i++) {
    const results = await executable.run(new Map([...feeds, ...step.hostScalars(i, 0)]));
    rates.push(step.rate(i, 0));
    losses.push(Object.fromEntries([...results].map(([name, tensor]) => [name, tensor.values[0] ?? Number.NaN])));
    if (i > 0) continue;
    for (const [name, tensor] of await executable.read('state')) if (name.endsWith(':m')) moments.set(name.slice(0, -2), tensor);
  }
  await executable.dispose();
  return { rates, losses, moments };
}

function prefixed(prefix: string, tensors: Tensors): [string, HostTensor][] {
  return [...tensors].map(([name, tensor]) => [`${prefix}/${name}`, tensor]);
}

async function writeCases(models: readonly string[], engine: Engine, steps: number, output: string): Promise<void> {
  const cases: Case[] = [];
  const images = pictures();
  for (const model of models) {
    const { ir } = requireIR(`models/${model}.mfn`);
    const weights: Tensors = initializeWeights(ir, 1);
    const enhanced = await infer(ir, engine, weights, images);
    for (const stage of stages) {
      const { rates, losses, moments } = await train(ir, engine, stage, steps, weights, images);
      const file = `${model}.${stage}.safetensors`;
      const tensors = new Map([
        ...prefixed('weight', weights),
        ...prefixed('input', images),
        ...prefixed('moment', moments),
        ...prefixed('output', new Map([['enhanced', enhanced]])),
      ]);
      writeFileSync(path.join(output, file), Buffer.concat(encodeSafetensors({ metadata: {}, tensors })));
      cases.push({ model, stage, engine: engine.name, file, rates, losses });
    }
  }
  writeFileSync(path.join(output, 'cases.json'), JSON.stringify(cases, undefined, 1));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'auto' },
      models: { type: 'string', default: 'lw-drgn,drgn' },
      steps: { type: 'string', default: '3' },
      output: { type: 'string', default: mkdtempSync(path.join(os.tmpdir(), 'mfnc-parity-')) },
    },
  });
  const found = findPyTorch(path.join(folder, '.venv'), path.join(folder, 'pytorch', 'requirements.txt'));
  if ('reason' in found) {
    console.error(`PyTorch is absent, so there is nothing to compare with: ${found.reason}.`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(values.output, { recursive: true });
  await writeCases(values.models.split(','), await findEngine(engineNamed(values.engine)), Number(values.steps), values.output);
  const check = spawnSync(found.python, [path.join(folder, 'pytorch', 'check.py'), values.output], { stdio: 'inherit' });
  process.exitCode = check.status ?? 1;
}

await main();
