/**
 * A long-lived mfnc worker: one engine, one Program. It speaks the protocol of protocol.ts over its standard streams. Plain JavaScript over the built
 * package, so that what is timed and weighed is what a user runs.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { analyze, findEngine, initializeWeights, lowerInference, lowerTrainStep } from '../dist/index.js';
import { randomImages } from './random-images.mjs';

const stage = 'refinement';

function modelNamed(name) {
  const host = {
    read: (file) => readFileSync(file, 'utf8'),
    resolve: (from, specifier) => path.join(path.dirname(from), specifier),
  };
  const { ir, diagnostics } = analyze(`models/${name}.mfn`, host);
  if (ir === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return ir;
}

async function prepareInference(engine, request, ir) {
  const program = lowerInference(ir, request);
  const weights = initializeWeights(ir, 1);
  const executable = await engine.compile(program, { threads: request.threads, weights: tensorsFor(program, 'parameter', weights) });
  const feeds = imagesFor(program);
  return async () => firstNumber(await executable.run(feeds));
}

async function prepareTrainStep(engine, request, ir) {
  const step = lowerTrainStep(ir, stage, request);
  const executable = await engine.compile(step.program, { threads: request.threads });
  executable.write('parameter', tensorsFor(step.program, 'parameter', initializeWeights(ir, 1)));
  executable.write('state', tensorsFor(step.program, 'state', new Map()));
  const images = imagesFor(step.program);
  let index = 0;
  return async () => firstNumber(await executable.run(new Map([...images, ...step.hostScalars(index++, 0)])));
}

/** Values of the Program's inputs of a role: those given, else zeros. */
function tensorsFor(program, role, values) {
  const inputs = program.inputs.filter((input) => input.role === role);
  return new Map(inputs.map(({ name, tensor }) => [name, values.get(name) ?? zeros(program.tensors[tensor].shape)]));
}

function zeros(shape) {
  return { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

function imagesFor(program) {
  const data = program.inputs.filter((input) => input.role === 'data');
  return new Map(data.map((input, i) => [input.name, randomImages(program.tensors[input.tensor].shape, i + 1)]));
}

function firstNumber(results) {
  const [first] = results.values();
  return first?.values[0] ?? Number.NaN;
}

/** Largest resident memory of this process so far, in bytes; undefined where /proc is absent. */
function peakMemory() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

async function answer(request, engineName, state) {
  switch (request.command) {
    case 'prepare': {
      const engine = await findEngine(engineName);
      const prepare = request.case === 'inference' ? prepareInference : prepareTrainStep;
      state.run = await prepare(engine, request, modelNamed(request.model));
      const { versions } = await engine.probe();
      const libraries = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
      return { version: libraries.join(', '), threads: request.threads };
    }
    case 'run': {
      const cpu = process.cpuUsage();
      const start = performance.now();
      const value = await state.run();
      const milliseconds = performance.now() - start;
      const used = process.cpuUsage(cpu);
      return { milliseconds, cpuMilliseconds: (used.user + used.system) / 1000, value };
    }
    default:
      return { peakBytes: peakMemory() };
  }
}

const [engineName = 'auto'] = process.argv.slice(2);
const state = {};
for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(await answer(JSON.parse(line), engineName, state)));
  } catch (error) {
    console.log(JSON.stringify({ failure: error instanceof Error ? error.message : String(error) }));
  }
}
process.exit(0);
