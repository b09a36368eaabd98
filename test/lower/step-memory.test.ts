import { describe, expect, it } from 'vitest';
import { lowerTrainStep, measureStep } from '../../src/compiler/3-lower/index.js';
import type { Program } from '../../src/compiler/ir/program.js';
import { estimatePeak, fittingBatch } from '../../src/runtime/engines/step-memory.js';
import { InsufficientMemory, requireMemory } from '../../src/runtime/train/stage/memory-check.js';
import { irOf, modelText } from '../support/shipped-models.js';

/** A Program over tensors of 1000 float32, 4000 bytes, each. */
const programOf = (
  nodes: readonly (readonly [op: string, inputs: readonly number[], output: number])[],
  outputs: readonly number[],
): Program => ({
  name: 'test',
  purpose: 'train-step',
  tensors: Array.from({ length: 8 }, () => ({ shape: [10, 100], type: 'float32' as const })),
  inputs: [
    { name: 'x', role: 'data', tensor: 0 },
    { name: 'w', role: 'parameter', tensor: 1 },
  ],
  constants: [],
  nodes: nodes.map(([op, inputs, output]) => ({ op: op as 'add', inputs, output, attributes: op === 'reverse' ? { axes: [0] } : {} })),
  outputs: outputs.map((tensor, i) => ({ name: `o${i}`, role: 'parameter' as const, tensor })),
});

describe('the memory of a step', () => {
  it('counts what is alive at the same time, by hand', () => {
    // 2 and 3 are alive with 4, which is made of them; 2 dies there.
    const program = programOf(
      [
        ['reverse', [0], 2],
        ['reverse', [2], 3],
        ['concat', [2, 3], 4],
        ['reverse', [3], 5],
      ],
      [4, 5],
    );
    const needs = measureStep(program);
    expect([needs.activations, needs.held, needs.updates, needs.data, needs.nodes]).toEqual([12_000, 4000, 8000, 4000, 4]);
  });

  it('lets an element-by-element operator write over an operand that dies', () => {
    const chain = (op: string) =>
      measureStep(
        programOf(
          [
            ['reverse', [0], 2],
            [op, [2], 3],
            [op, [3], 4],
          ],
          [4],
        ),
      ).activations;
    expect([chain('relu'), chain('reverse')]).toEqual([4000, 8000]);
  });

  it('grows with the batch, whose activations are in proportion to it', () => {
    const ir = irOf(modelText('lw-drgn'), { parameters: { width: 8 } });
    const [one, four] = [1, 4].map((batch) => measureStep(lowerTrainStep(ir, 'refinement', { batch, height: 32, width: 32 }).program));
    expect(four?.held).toBe(one?.held);
    expect((four?.macs ?? 0) / (one?.macs ?? 1)).toBeCloseTo(4, 1);
    expect(((four?.activations ?? 0) - (four?.updates ?? 0)) / ((one?.activations ?? 1) - (one?.updates ?? 0))).toBeCloseTo(4, 0);
  });

  it('is refused where it does not fit, with a batch that does', () => {
    const ir = irOf(modelText('lw-drgn'), { parameters: { width: 8 } });
    const stepOf = (batch: number) => lowerTrainStep(ir, 'refinement', { batch, height: 48, width: 48 });
    const needs = measureStep(stepOf(16).program);
    const whole = estimatePeak('onnx', needs)?.bytes ?? 0;
    expect(fittingBatch('onnx', needs, 16, whole)).toBe(16);
    const batch = fittingBatch('onnx', needs, 16, whole - 1e6);
    expect(batch).toBeLessThan(16);
    expect(estimatePeak('onnx', measureStep(stepOf(batch).program))?.bytes).toBeLessThanOrEqual(whole - 0.9e6);
    expect(fittingBatch('onnx', needs, 16, 1e6)).toBe(0);
    const steps = new Map([['refinement', stepOf(16)]]);
    const lower = (stage: string, [height, width]: readonly [number, number]) =>
      width === 40 ? undefined : lowerTrainStep(ir, stage, { batch: 16, height, width }).program;
    const sizes = { batch: 16, patch: [48, 48] as const, lower };
    expect(requireMemory('onnx', steps, sizes, 0, whole * 1.3)).toEqual([]);
    expect(requireMemory('onnx', steps, sizes, 0, whole)).toEqual([
      expect.stringMatching(/^stage refinement: a step needs about 100 % of the \d+ MB that there are; a batch of \d+ leaves more room\.$/),
    ]);
    // The network cannot take patches of 40x40, which would fit first.
    expect(() => requireMemory('onnx', steps, sizes, 0, whole - 1e6)).toThrow(
      expect.objectContaining({ name: 'InsufficientMemory', stage: 'refinement', batch, patch: [32, 32] }),
    );
    const small = lowerTrainStep(ir, 'refinement', { batch: 16, height: 32, width: 32 }).program;
    expect(estimatePeak('onnx', measureStep(small))?.bytes).toBeLessThan(whole - 1e6);
    // What was not measured is not refused.
    expect(() => requireMemory('tfjs-cpu', steps, sizes, 0, 1)).not.toThrow();

    // Decoded pictures that are kept beside the step leave less for it.
    expect(requireMemory('onnx', steps, sizes, 1e6, whole + 1e6)).toEqual([
      expect.stringMatching(
        /about 100 % of the \d+ MB that there are beside 1 MB of decoded pictures; a smaller loader\.cache or a batch of \d+ leaves more room\.$/,
      ),
    ]);
    const remedy = (pictures: number, memory: number): string => {
      try {
        requireMemory('onnx', steps, sizes, pictures, memory);
      } catch (error) {
        if (error instanceof InsufficientMemory) return error.remedy;
      }
      return '';
    };
    expect(remedy(0, whole - 1e6)).toBe(`a batch of ${batch} fits, or patches of 32x32 (height x width)`);
    expect(remedy(2e6, whole + 1e6)).toBe(
      `decoded pictures take another 2 MB, and the step fits with a smaller loader.cache; with this one, a batch of ${batch} fits, or patches of 32x32 (height x width)`,
    );
    // More pictures than there is memory leave nothing, not less.
    expect(remedy(1e9, whole + 1e6)).toBe('decoded pictures take another 1000 MB, and the step fits with a smaller loader.cache');
    expect(() => requireMemory('onnx', steps, sizes, 1e9, whole)).toThrow(expect.objectContaining({ available: 0 }));
    expect(remedy(2e6, whole - 1e6)).toMatch(/; decoded pictures take another 2 MB, less with a smaller loader\.cache$/);
  });
});
