import { initializeWeights, lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import type { IR } from '../../src/compiler/index.js';
import type { Engine, HostTensor } from '../../src/runtime/engines/index.js';
import { randomValues } from './reference/random.js';
import { elementsIn } from './reference/tensor.js';

/** What some steps of a training gave. */
export interface TrainedSteps {
  /** Losses of the last step by name. */
  readonly losses: readonly (readonly [string, number])[];
  /** Trained weights that are what they were at first. */
  readonly unmoved: readonly string[];
}

/** Trains one stage of a model for some steps on random pictures. */
export async function trainSteps(engine: Engine, ir: IR, stage: string, steps: number): Promise<TrainedSteps> {
  const step = lowerTrainStep(ir, stage);
  const initial = initializeWeights(ir, 5);
  const shapeOf = (tensor: number): readonly number[] => step.program.tensors[tensor]?.shape ?? [];
  const inputs = (role: string, valuesOf: (name: string, length: number) => Float32Array): Map<string, HostTensor> =>
    new Map(
      step.program.inputs
        .filter((input) => input.role === role)
        .map(({ name, tensor }) => [name, { shape: shapeOf(tensor), values: valuesOf(name, elementsIn(shapeOf(tensor))) }]),
    );
  const data = inputs('data', (name, length) => Float32Array.from(randomValues(length, name)));
  const parameters = inputs('parameter', (name) => initial.get(name)?.values ?? new Float32Array());
  const executable = await engine.compile(step.program);
  try {
    executable.write('parameter', parameters);
    executable.write(
      'state',
      inputs('state', (_name, length) => new Float32Array(length)),
    );
    let results: ReadonlyMap<string, HostTensor> = new Map();
    for (let index = 0; index < steps; index++) results = await executable.run(new Map([...data, ...step.hostScalars(index, 0)]));
    const after = await executable.read('parameter');
    const trained = step.minimizers.flatMap(({ weights }) => weights);
    const isSame = (name: string): boolean => after.get(name)?.values.join() === parameters.get(name)?.values.join();
    return {
      losses: step.minimizers.map(({ loss }) => [loss, results.get(loss)?.values[0] ?? Number.NaN]),
      unmoved: trained.filter(isSame),
    };
  } finally {
    await executable.dispose();
  }
}
