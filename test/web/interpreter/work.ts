import { analyze, type IR, initializeWeights, lowerInference, lowerTrainStep, type Program } from '../../../src/compiler/index.js';
import type { BrowserEngine, BrowserOptions, Executable, HostTensor } from '../../../src/runtime/engines/tfjs/browser.js';

/** A model to compile, as plain data that a test can send to a page. */
export interface Task {
  /** Text of a .mfn file. */
  readonly source: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** Sides of the square pictures. */
  readonly side: number;
  readonly batch: number;
  readonly stage: string;
  readonly steps: number;
  /** Values of the pictures, in [-1, 1]: as many as an input takes are taken from the beginning. */
  readonly pixels: readonly number[];
}

/** Values by name: the results of inference, of every step, and the weights at the end. */
export interface Outcome {
  readonly inference: Readonly<Record<string, readonly number[]>>;
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** What the page gives to the test. */
export interface InterpreterPage {
  /** The outcome, or the message of an EngineFailure. */
  perform(task: Task, engine: BrowserEngine, options: BrowserOptions): Promise<Outcome | string>;
}

/** Compiles a model from its text, runs it and trains it, on any engine. */
export async function perform(task: Task, compile: (program: Program) => Promise<Executable>): Promise<Outcome> {
  const ir = compiled(task);
  const weights = initializeWeights(ir, 7);
  return { inference: await infer(ir, task, weights, compile), ...(await train(ir, task, weights, compile)) };
}

function compiled({ source, parameters, batch, side }: Task): IR {
  const host = { read: () => source, resolve: (_from: string, specifier: string) => specifier };
  const { ir, diagnostics } = analyze('model.mfn', host, { parameters, settings: { batch, patch: [side, side] } });
  if (ir === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return ir;
}

type Tensors = ReadonlyMap<string, HostTensor>;
type Compile = (program: Program) => Promise<Executable>;

async function infer(ir: IR, { side, pixels }: Task, weights: Tensors, compile: Compile): Promise<Outcome['inference']> {
  const program = lowerInference(ir, { batch: 1, height: side, width: side });
  const executable = await compile(program);
  writeWeights(executable, weights);
  const results = await executable.run(inputs(program, 'data', (size) => Float32Array.from(pixels.slice(0, size))));
  await executable.dispose();
  return plain(results);
}

async function train(ir: IR, task: Task, weights: Tensors, compile: Compile): Promise<Omit<Outcome, 'inference'>> {
  const { program, hostScalars } = lowerTrainStep(ir, task.stage);
  const executable = await compile(program);
  writeWeights(executable, weights);
  executable.write(
    'state',
    inputs(program, 'state', (size) => new Float32Array(size)),
  );
  const images = inputs(program, 'data', (size, position) => Float32Array.from(task.pixels.slice(position, position + size)));
  const losses: Record<string, number>[] = [];
  for (let step = 0; step < task.steps; step++) {
    const results = await executable.run(new Map([...images, ...hostScalars(step, 0)]));
    losses.push(Object.fromEntries([...results].map(([name, { values }]) => [name, values[0] as number])));
  }
  const trainedWeights = plain(await executable.read('parameter'));
  await executable.dispose();
  return { losses, weights: trainedWeights };
}

/** Those of the weights that the Program takes. */
function writeWeights(executable: Executable, weights: Tensors): void {
  const taken = new Set(executable.program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => name));
  executable.write('parameter', new Map([...weights].filter(([name]) => taken.has(name))));
}

/** Values for the inputs of a role, by their size and their place among them. */
function inputs(program: Program, role: string, valuesOf: (size: number, position: number) => Float32Array): Map<string, HostTensor> {
  return new Map(
    program.inputs
      .filter((input) => input.role === role)
      .map(({ name, tensor }, position) => {
        const shape = program.tensors[tensor]?.shape ?? [];
        const size = shape.reduce((product, length) => product * length, 1);
        return [name, { shape, values: valuesOf(size, position) }];
      }),
  );
}

function plain(tensors: Tensors): Record<string, number[]> {
  return Object.fromEntries([...tensors].map(([name, { values }]) => [name, [...values]]));
}
