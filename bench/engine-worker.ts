/** A long-lived mfnc worker: one engine, one Program. It speaks the protocol of protocol.ts over its standard streams. */
import { createInterface } from 'node:readline';
import { requireIR } from '../src/cli/analyze-file.js';
import { initializeWeights, listWeights, lowerInference, lowerTrainStep } from '../src/compiler/3-lower/index.js';
import type { IR } from '../src/compiler/ir/ir.js';
import type { Program } from '../src/compiler/ir/program.js';
import type { Engine, Executable, HostTensor } from '../src/runtime/engines/engine.js';
import { findEngine } from '../src/runtime/engines/index.js';
import { engineNamed } from './engine-named.js';
import { peakMemoryOfThisProcess } from './machine.js';
import type { FailureAnswer, MemoryAnswer, PreparedAnswer, RunAnswer, WorkerCommand } from './protocol.js';
import { randomImages } from './random-images.js';

type Prepare = Extract<WorkerCommand, { command: 'prepare' }>;
/** Runs once and gives one number of the result. */
type Run = () => Promise<number>;

const stage = 'refinement';

async function prepareInference(engine: Engine, request: Prepare, ir: IR): Promise<Run> {
  const program = lowerInference(ir, request);
  const executable = await engine.compile(program, { threads: request.threads });
  executable.write('parameter', parametersOf(program, ir));
  const feeds = imagesFor(program);
  return async () => firstNumber(await executable.run(feeds));
}

async function prepareTrainStep(engine: Engine, request: Prepare, ir: IR): Promise<Run> {
  const step = lowerTrainStep(ir, stage, request);
  const executable = await engine.compile(step.program, { threads: request.threads });
  executable.write('parameter', parametersOf(step.program, ir));
  writeZeroMoments(executable);
  const images = imagesFor(step.program);
  let index = 0;
  return async () => firstNumber(await executable.run(new Map([...images, ...step.hostScalars(index++, 0)])));
}

function parametersOf(program: Program, ir: IR): Map<string, HostTensor> {
  const weights = initializeWeights(ir, 1);
  const known = new Set(listWeights(ir).map((weight) => weight.path));
  const wanted = program.inputs.filter((input) => input.role === 'parameter').map((input) => input.name);
  return new Map(
    wanted.map((name) => {
      const tensor = weights.get(name);
      if (tensor === undefined || !known.has(name)) throw new Error(`the Program wants '${name}', which the model does not have`);
      return [name, tensor];
    }),
  );
}

function writeZeroMoments(executable: Executable): void {
  const { inputs, tensors } = executable.program;
  const moments = inputs.filter((input) => input.role === 'state');
  executable.write(
    'state',
    new Map(
      moments.map((input) => {
        const shape = tensors[input.tensor]?.shape ?? [];
        return [input.name, { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) }];
      }),
    ),
  );
}

function imagesFor(program: Program): Map<string, HostTensor> {
  const data = program.inputs.filter((input) => input.role === 'data');
  return new Map(data.map((input, i) => [input.name, randomImages(program.tensors[input.tensor]?.shape ?? [], i + 1)]));
}

function firstNumber(results: ReadonlyMap<string, HostTensor>): number {
  const [first] = results.values();
  return first?.values[0] ?? Number.NaN;
}

async function answer(
  request: WorkerCommand,
  engineName: string,
  state: { run?: Run },
): Promise<PreparedAnswer | RunAnswer | MemoryAnswer> {
  switch (request.command) {
    case 'prepare': {
      const engine = await findEngine(engineNamed(engineName));
      const { ir } = requireIR(`models/${request.model}.mfn`);
      state.run = await (request.case === 'inference' ? prepareInference : prepareTrainStep)(engine, request, ir);
      const { versions } = await engine.probe();
      const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
      return { version: libraries.join(', '), threads: request.threads };
    }
    case 'run': {
      if (state.run === undefined) throw new Error('run came before prepare');
      const cpu = process.cpuUsage();
      const start = performance.now();
      const value = await state.run();
      const milliseconds = performance.now() - start;
      const used = process.cpuUsage(cpu);
      return { milliseconds, cpuMilliseconds: (used.user + used.system) / 1000, value };
    }
    case 'memory':
      return { peakBytes: peakMemoryOfThisProcess() };
  }
}

const [engineName = 'auto'] = process.argv.slice(2);
const state: { run?: Run } = {};
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await answer(JSON.parse(line) as WorkerCommand, engineName, state)));
  } catch (error) {
    const failure: FailureAnswer = { failure: error instanceof Error ? error.message : String(error) };
    console.log(JSON.stringify(failure));
  }
}
process.exit(0);
