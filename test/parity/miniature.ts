import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initializeWeights, lowerTrainStep, type TrainStep } from '../../src/compiler/3-lower/index.js';
import { analyze, type IR, type SourceHost } from '../../src/compiler/index.js';
import type { Engine, HostTensor } from '../../src/runtime/engines/index.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';

const models = fileURLToPath(new URL('../../models', import.meta.url));

const files: SourceHost = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  resolve: (fromPath, specifier) => join(dirname(fromPath), specifier),
};

/** LW-DRGN of a small width, trained on a few small patches. */
export function miniature({ width = 8, batch = 2, side = 32 } = {}): IR {
  const { ir, diagnostics } = analyze(join(models, 'lw-drgn.mfn'), files, {
    parameters: { width },
    settings: { batch, patch: [side, side] },
  });
  if (ir === undefined) throw new Error(`lw-drgn.mfn does not compile: ${diagnostics.map(({ message }) => message).join('; ')}`);
  return ir;
}

/**
 * Everything a stage's train step is fed at first: images in [-1, 1], initial weights, moments of zero. The last convolution of DeG is
 * amplified, so that I_D varies as it does in the course of training: of the nearly constant I_D of the first step eq. 6 takes the divergence
 * of two nearly equal distributions, in which every engine's rounding is of the size of the result.
 */
export interface Beginning {
  readonly step: TrainStep;
  readonly data: ReadonlyMap<string, HostTensor>;
  readonly parameters: ReadonlyMap<string, HostTensor>;
  readonly states: ReadonlyMap<string, HostTensor>;
}

export function beginningOf(ir: IR, stage: string): Beginning {
  const step = lowerTrainStep(ir, stage);
  const initial = initializeWeights(ir, 3);
  const shapeOf = (tensor: number): readonly number[] => step.program.tensors[tensor]?.shape ?? [];
  const inputs = (role: string, valuesOf: (name: string, shape: readonly number[]) => Float32Array): Map<string, HostTensor> =>
    new Map(
      step.program.inputs
        .filter((input) => input.role === role)
        .map(({ name, tensor }) => [name, { shape: shapeOf(tensor), values: valuesOf(name, shapeOf(tensor)) }]),
    );
  return {
    step,
    data: inputs('data', (name, shape) => Float32Array.from(randomValues(elementsIn(shape), name))),
    parameters: inputs('parameter', (name) => {
      const weight = initial.get(name);
      if (weight === undefined) throw new Error(`${name} has no initial value`);
      return name === 'deg.rec.kernel' ? weight.values.map((value) => 50 * value) : weight.values;
    }),
    states: inputs('state', (_name, shape) => new Float32Array(elementsIn(shape))),
  };
}

/** What is compared between engines: results of the first and the last step, weights and moments at the end. */
export interface Trained {
  readonly first: ReadonlyMap<string, HostTensor>;
  readonly last: ReadonlyMap<string, HostTensor>;
  readonly firstMoments: ReadonlyMap<string, HostTensor>;
  readonly parameters: ReadonlyMap<string, HostTensor>;
  readonly states: ReadonlyMap<string, HostTensor>;
}

/** Trains for some steps. After the first step the first moment is (1 - beta1) times the gradient, so `firstMoments` compares gradients. */
export async function train(engine: Engine, { step, data, parameters, states }: Beginning, steps: number): Promise<Trained> {
  const executable = await engine.compile(step.program);
  try {
    executable.write('parameter', parameters);
    executable.write('state', states);
    const feedsAt = (index: number) => new Map<string, HostTensor>([...data, ...step.hostScalars(index, 0)]);
    const first = await executable.run(feedsAt(0));
    const firstMoments = new Map([...(await executable.read('state'))].filter(([name]) => name.endsWith(':m')));
    let last = first;
    for (let index = 1; index < steps; index++) last = await executable.run(feedsAt(index));
    return { first, last, firstMoments, parameters: await executable.read('parameter'), states: await executable.read('state') };
  } finally {
    await executable.dispose();
  }
}
