import { describe, expect, it } from 'vitest';
import { averageName, initializeWeights, listAllWeights, lowerTrainStep, type TensorValues } from '../../../src/compiler/3-lower/index.js';
import type { IR } from '../../../src/compiler/index.js';
import { encodeSafetensors } from '../../../src/runtime/checkpoint/safetensors.js';
import { type Engine, findEngine } from '../../../src/runtime/engines/index.js';
import { analyzeText } from '../../support/analyze-text.js';
import { readCase } from '../../support/cases.js';
import { randomValues } from '../../support/reference/random.js';
import { analyzeModel, GeneratedProject, generate, generatedBackend } from './project.js';

/** The product's promise: losses agree to this, relatively. */
const tolerance = 1e-4;

const backend = generatedBackend();
const streams = ['low', 'normal', 'reference'];

/** Trains a stage of the generated code from weights and batches in a file and prints the losses of each step. */
const trainScript = `
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from './backend.js';
import * as model from './model.js';
import { decodeSafetensors } from './safetensors.js';
import { stages } from './train.js';
import { type Moments, trainStep } from './trainer.js';
import { readTensors, Weights } from './weights.js';

const [file = '', name = '', modelName = '', backend = '', options = ''] = process.argv.slice(2);
await useBackend(backend);
const { tensors } = decodeSafetensors(readFileSync(file));
const tensorOf = (key: string) => {
  const { shape, values } = tensors.get(key)!;
  return tf.tensor4d(values, shape as [number, number, number, number]);
};
const weights = new Weights({ values: tensors, isComplete: true });
const network = new (model as unknown as Record<string, new (scope: unknown, options: object) => never>)[modelName]!(weights.root, JSON.parse(options));
const stage = stages(weights, network).find((candidate) => candidate.name === name)!;
const batches = [];
for (let step = 0; tensors.has(\`low:\${step}\`); step++) {
  batches.push({ low: tensorOf(\`low:\${step}\`), normal: tensorOf(\`normal:\${step}\`), reference: tensorOf(\`reference:\${step}\`) });
}
tf.tidy(() => {
  const { losses, logged } = stage.terms(batches[0]!);
  for (const term of [...Object.values(losses), ...Object.values(logged)]) term();
});
const moments: Moments = new Map();
const results = [];
const tensorCounts = [];
for (const [step, batch] of batches.entries()) {
  results.push(await trainStep(stage, weights, moments, batch, step, 0));
  tensorCounts.push(tf.memory().numTensors);
}
const averages = [...moments].filter(([name]) => name.endsWith(':ema'));
const stored = Object.fromEntries(
  [...(await weights.read()), ...(await readTensors(averages))].map(([path, { values }]) => [path, [...values]]),
);
console.log(JSON.stringify({ results, tensorCounts, stored }));
`;

/** Weights to begin with. DeG's last convolution is amplified, since of a nearly constant I_D eq. 6 gives nothing but rounding (see test/parity/miniature.ts). */
function startWeights(ir: IR): Map<string, TensorValues> {
  const amplify = ([path, { shape, values }]: [string, TensorValues]): [string, TensorValues] =>
    path === 'deg.rec.kernel' ? [path, { shape, values: values.map((value) => 50 * value) }] : [path, { shape, values }];
  return new Map([...initializeWeights(ir, 3)].map(amplify));
}

function batchAt(step: number, [batch, height, width]: readonly [number, number, number]): Map<string, TensorValues> {
  const shape = [batch, height, width, 3];
  return new Map(
    streams.map((stream) => [stream, { shape, values: Float32Array.from(randomValues(batch * height * width * 3, `${stream}${step}`)) }]),
  );
}

/** The losses of each step on an engine of mfnc, and what statistics and averages are in the end. */
async function engineResults(engine: Engine, ir: IR, stage: string, size: readonly [number, number, number], steps: number) {
  const [batch, height, width] = size;
  const step = lowerTrainStep(ir, stage, { batch, height, width });
  const { inputs, tensors } = step.program;
  const weights = startWeights(ir);
  const executable = await engine.compile(step.program);
  try {
    const parameters = inputs
      .filter(({ role }) => role === 'parameter')
      .map(({ name }) => [name, weights.get(name) as TensorValues] as const);
    executable.write('parameter', new Map(parameters));
    const zeros = (shape: readonly number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
    const averages = new Map(step.averaged.map((path) => [averageName(path), weights.get(path)]));
    const states = inputs
      .filter(({ role }) => role === 'state')
      .map(({ name, tensor }) => [name, averages.get(name) ?? zeros(tensors[tensor]?.shape ?? [])] as const);
    executable.write('state', new Map(states));
    const used = new Set(inputs.map(({ name }) => name));
    const losses: Record<string, number>[] = [];
    for (let index = 0; index < steps; index++) {
      const data = [...batchAt(index, size)].filter(([name]) => used.has(name));
      const results = await executable.run(new Map([...data, ...step.hostScalars(index, 0)]));
      losses.push(Object.fromEntries([...results].map(([name, { values }]) => [name, values[0] ?? Number.NaN])));
    }
    const paths = listAllWeights(ir).flatMap(({ path, statistic }) => (statistic ? [path] : []));
    const statistics = [...(await executable.read('parameter'))].filter(([name]) => paths.includes(name));
    const kept = [...(await executable.read('state'))].filter(([name]) => averages.has(name));
    return { losses, stored: [...statistics, ...kept] };
  } finally {
    await executable.dispose();
  }
}

/** Compares the losses of some steps; returns the greatest relative difference. */
async function compare(project: GeneratedProject, ir: IR, stage: string, size: readonly [number, number, number], steps: number) {
  const engine = await findEngine('auto');
  const { losses: expected, stored } = await engineResults(engine, ir, stage, size, steps);
  const batches = Array.from({ length: steps }, (_, step) =>
    [...batchAt(step, size)].map(([name, tensor]) => [`${name}:${step}`, tensor] as const),
  );
  const tensors = new Map([...startWeights(ir), ...batches.flat()]);
  const file = project.write('start.safetensors', Buffer.concat(encodeSafetensors({ metadata: {}, tensors })));
  const found = project.run('train-stage.ts', file, stage, ir.model.name, backend.name, JSON.stringify(ir.model.parameters)) as {
    results: Record<string, number>[];
    tensorCounts: number[];
    stored: Record<string, number[]>;
  };
  expect(found.results).toHaveLength(steps);
  let greatest = 0;
  for (const [step, losses] of expected.entries()) {
    expect(Object.keys(found.results[step] ?? {}).sort()).toEqual(Object.keys(losses).sort());
    for (const [name, loss] of Object.entries(losses)) {
      const difference = Math.abs((found.results[step]?.[name] ?? Number.NaN) - loss) / Math.max(Math.abs(loss), 1e-6);
      expect
        .soft(difference, `${name} of step ${step + 1}: ${found.results[step]?.[name]} and ${loss} on ${engine.name}`)
        .toBeLessThan(tolerance);
      greatest = Math.max(greatest, difference);
    }
  }
  for (const [path, { values }] of stored) {
    for (const [i, value] of values.entries()) expect(found.stored[path]?.[i], path).toBeCloseTo(value, 3);
  }
  console.log(
    `${ir.model.name}.${stage}: ${steps} steps of ${size.join('x')} on ${backend.name} and mfnc's ${engine.name} differ by ${greatest.toExponential(1)}`,
  );
  expect(new Set(found.tensorCounts.slice(1)).size, 'tensors after each step').toBe(1);
}

describe('the generated training', () => {
  it('of LW-DRGN has the losses of the engine for ten steps of each stage', async () => {
    const project = new GeneratedProject(await generate(analyzeModel('lw-drgn')));
    project.write('train-stage.ts', trainScript);
    const size = backend.isNative ? ([2, 32, 32] as const) : ([1, 16, 16] as const);
    try {
      const { ir } = analyzeModel('lw-drgn', { parameters: { width: 8 }, settings: { 'joint.epochs': 1 } });
      for (const stage of ['degradation', 'refinement', 'joint']) await compare(project, ir as IR, stage, size, 10);
    } finally {
      project.dispose();
    }
  }, 300_000);

  it('of a network with statistics has the losses and the statistics of the engine, frozen or not', async () => {
    const analysis = analyzeText(readCase('statistics'));
    const project = new GeneratedProject(await generate(analysis));
    project.write('train-stage.ts', trainScript);
    try {
      for (const stage of ['both', 'last']) await compare(project, analysis.ir as IR, stage, [2, 8, 8], 5);
    } finally {
      project.dispose();
    }
  }, 300_000);

  it('with weight decay, clipped gradients and averages has the losses and averages of the engine', async () => {
    const source = readCase('statistics')['input.mfn'] as string;
    const sections =
      'gradients { clip_value = 0.1  clip_norm = 0.2  log_norm = true }  ema { decay = min(0.9, (1 + step) / (5 + step)) }  adam { weight_decay = 0.5 ';
    const analysis = analyzeText(source.replace('adam {', sections));
    const project = new GeneratedProject(await generate(analysis));
    project.write('train-stage.ts', trainScript);
    try {
      for (const stage of ['both', 'last']) await compare(project, analysis.ir as IR, stage, [2, 8, 8], 5);
    } finally {
      project.dispose();
    }
  }, 300_000);

  it.skipIf(!backend.isNative)(
    'of DRGN has the losses of the engine for a step',
    async () => {
      const project = new GeneratedProject(await generate(analyzeModel('drgn')));
      project.write('train-stage.ts', trainScript);
      try {
        const { ir } = analyzeModel('drgn', { parameters: { width: 8 } });
        for (const stage of ['degradation', 'refinement']) await compare(project, ir as IR, stage, [1, 32, 32], 2);
      } finally {
        project.dispose();
      }
    },
    300_000,
  );
});
