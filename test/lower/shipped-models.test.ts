import { describe, expect, it } from 'vitest';
import { initializeWeights, lowerInference, lowerTrainStep, type TrainStep } from '../../src/compiler/3-lower/index.js';
import { eliminateDeadCode } from '../../src/compiler/3-lower/passes/eliminate-dead-code.js';
import { counterGenerator } from '../../src/compiler/3-lower/random.js';
import type { IR } from '../../src/compiler/ir/ir.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';
import { irOf, modelText } from '../support/shipped-models.js';

const models = ['lw-drgn', 'drgn'] as const;

const compiled = (model: string, width: number): IR =>
  irOf(modelText(model), { parameters: { width }, settings: { patch: [16, 16], batch: 1 } });

/** Values for all inputs of a train step at its first step. */
const feedsFor = (ir: IR, { program, hostScalars }: TrainStep): Map<string, ArrayLike<number>> => {
  const weights = initializeWeights(ir, 3);
  const scalars = hostScalars(0, 0);
  return new Map(
    program.inputs.map(({ name, role, tensor }): [string, ArrayLike<number>] => {
      const length = elementsIn(program.tensors[tensor]?.shape ?? []);
      // Biases of exactly 0 put a ReLU on its kink wherever all its inputs are 0.
      if (role === 'parameter')
        return [name, name.endsWith('bias') ? randomValues(length, name, -0.3, 0.3) : (weights.get(name)?.values ?? [])];
      if (role === 'scalar') return [name, scalars.get(name)?.values ?? []];
      return [name, role === 'state' ? new Float64Array(length) : randomValues(length, name, -0.7, 0.7)];
    }),
  );
};

describe.each(models)('%s', (model) => {
  it('has a valid IR, and valid Programs for inference and for all stages at full width', () => {
    const ir = compiled(model, 64);
    expect(verifyIR(ir)).toEqual([]);
    expect(verifyProgram(lowerInference(ir, { batch: 1, height: 32, width: 48 }))).toEqual([]);
    for (const { name } of ir.training?.stages ?? []) expect(verifyProgram(lowerTrainStep(ir, name).program)).toEqual([]);
  });

  it.each(['degradation', 'refinement'])('has the gradients of its losses in the stage %s', (stage) => {
    const ir = compiled(model, 4);
    const step = lowerTrainStep(ir, stage);
    const feeds = feedsFor(ir, step);
    const results = interpret(step.program, feeds);
    for (const { loss, weights } of step.minimizers) {
      // The loss alone, without gradients and updates.
      const forward = eliminateDeadCode({ ...step.program, outputs: step.program.outputs.filter(({ name }) => name === loss) });
      const directions = new Map(
        weights.map((path) => {
          const generator = counterGenerator(9, path);
          return [path, Float64Array.from({ length: feeds.get(path)?.length ?? 0 }, (_, i) => generator.normal(i))];
        }),
      );
      const lossAt = (distance: number): number => {
        const moved = new Map(feeds);
        for (const [path, direction] of directions) {
          moved.set(
            path,
            Float64Array.from(feeds.get(path) ?? [], (value, i) => value + distance * (direction[i] ?? 0)),
          );
        }
        return interpret(forward, moved).get(loss)?.values[0] ?? Number.NaN;
      };
      // After the first step the moment m is (1 - beta1) times the gradient.
      const slope = [...directions].reduce((sum, [path, direction]) => {
        const moments = results.get(`${path}:m`)?.values ?? new Float64Array();
        return sum + moments.reduce((product, moment, i) => product + 10 * moment * (direction[i] ?? 0), 0);
      }, 0);
      const difference = (lossAt(1e-6) - lossAt(-1e-6)) / 2e-6;
      expect(Math.abs(slope), `${loss} does not depend on its weights`).toBeGreaterThan(0);
      expect(
        Math.abs(slope - difference) / Math.max(Math.abs(difference), 1e-6),
        `${loss}: ${slope}, differences give ${difference}`,
      ).toBeLessThan(1e-3);
    }
  });
});
