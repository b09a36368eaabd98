import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { describe, expect, it } from 'vitest';
import { formatParityMatrix } from '../../src/cli/terminal/parity-matrix.js';
import type { Program } from '../../src/compiler/ir/program.js';
import { opNames } from '../../src/compiler/ops/index.js';
import { type Engine, type EngineName, parityMatrix, UnsupportedProgram } from '../../src/runtime/engines/index.js';
import { operatorTables, requireSupport } from '../../src/runtime/engines/support.js';
import { kernels } from '../../src/runtime/engines/tfjs/kernels/table.js';
import { wasmKernels } from '../../src/runtime/engines/tfjs/kernels/wasm/table.js';
import { webgpuKernels } from '../../src/runtime/engines/tfjs/kernels/webgpu.js';
import { presentEngines, relativeDifference, runOnce } from '../parity/engines.js';
import { programBuilder } from '../support/program-builder.js';
import { expectRecorded } from '../support/recorded.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';
import { onnxForm, savedModelForm, tfjsForm } from './operator-forms.js';

describe('the parity matrix', () => {
  it('is the one that was recorded', () => {
    expectRecorded(join(import.meta.dirname, 'parity-matrix.txt'), formatParityMatrix(parityMatrix()));
  });

  it('has a gradient for every operator that sources may call, except those whose gradient is zero everywhere', () => {
    const without = parityMatrix().flatMap(({ op, engines }) => (engines['tfjs-cpu'].gradient === undefined ? [op] : []));
    expect(without.sort()).toEqual(['equal', 'greater', 'greater_equal', 'max_pool_gradient', 'sign', 'stop_gradient']);
  });
});

describe('what the engines declare composed is several kernels, and nothing else is', () => {
  const declared = (engine: EngineName): string[] => opNames.filter((op) => operatorTables[engine].composed.has(op));

  it('in ONNX and SavedModels', () => {
    expect(opNames.filter((op) => onnxForm(op, 'cpu') === 'composed')).toEqual(declared('onnx'));
    expect(opNames.filter((op) => onnxForm(op, 'webgpu') === 'composed')).toEqual(declared('onnx-webgpu'));
    expect(opNames.filter((op) => savedModelForm(op) === 'composed')).toEqual(declared('tfjs-node'));
  });

  it.each([
    ['tfjs-cpu', 'cpu', kernels],
    ['tfjs-wasm', 'wasm', wasmKernels],
    ['tfjs-webgpu', 'cpu', webgpuKernels],
  ] as const)('of %s', async (engine, backend, table) => {
    await tf.setBackend(backend);
    const composed: string[] = [];
    for (const op of opNames) if ((await tfjsForm(op, table)) === 'composed') composed.push(op);
    expect(composed).toEqual(declared(engine));
  });
});

/** A use with so many axes. */
function ofRank(op: 'add' | 'pad' | 'reverse' | 'slice' | 'transpose' | 'neg', rank: number): Program {
  const b = programBuilder(`${op} of rank ${rank}`);
  const shape = Array.from({ length: rank }, (_, axis) => (axis % 3 === 2 ? 3 : 2));
  const x = b.input('x', shape);
  const axes = shape.map((_, axis) => axis);
  const uses = {
    add: () =>
      b.op('add', [
        x,
        b.input(
          'y',
          shape.map((extent, axis) => (axis % 2 === 0 ? extent : 1)),
        ),
      ]),
    pad: () => b.op('pad', [x], { paddings: axes.map((axis) => [axis % 2, 1]), mode: 'constant', value: 0 }),
    reverse: () => b.op('reverse', [x], { axes: [0, rank - 1] }),
    slice: () => b.op('slice', [x], { begin: axes.map(() => 1), size: axes.map(() => 1) }),
    transpose: () => b.op('transpose', [x], { permutation: axes.toReversed() }),
    neg: () => b.op('neg', [x]),
  };
  b.result('result', uses[op]());
  return b.build();
}

const engines = await presentEngines({ software: 'included' });

describe.each(engines.map((engine) => [engine.name, engine] as const))('%s', (name, engine: Engine) => {
  const operators = ['add', 'pad', 'reverse', 'slice', 'transpose', 'neg'] as const;

  it.each(operators)('runs %s right with every number of axes that it does not refuse', async (op) => {
    for (const rank of [5, 6, 7, 9]) {
      const program = ofRank(op, rank);
      const values = new Map(
        program.inputs.map((input) => [input.name, randomValues(elementsIn(program.tensors[input.tensor]?.shape ?? []), input.name)]),
      );
      const refused = refusal(name, program);
      if (refused === undefined) {
        const found = (await runOnce(engine, program, values)).get('result');
        const expected = interpret(program, values).get('result');
        if (expected === undefined) throw new Error('the reference gives no result');
        expect.soft(relativeDifference(found, expected), program.name).toBeLessThan(1e-5);
      } else {
        await expect(engine.compile(program)).rejects.toThrow(UnsupportedProgram);
      }
    }
  });
});

function refusal(engine: EngineName, program: Program): string | undefined {
  try {
    requireSupport(engine, program);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a refusal', () => {
  it('names the line of the source, the instance, the reason and the engines that can', () => {
    const program = ofRank('pad', 7);
    const placed: Program = {
      ...program,
      nodes: program.nodes.map((node) => ({ ...node, origin: { file: 'models/drgn.mfn', line: 31, path: 'deg.r[2]' } })),
    };
    expect(refusal('tfjs-wasm', placed)).toBe(
      "models/drgn.mfn:31: in deg.r[2]: pad cannot run on tfjs-wasm: more than 6 axes.\n'pad of rank 7' can run on onnx, onnx-webgpu, tfjs-cpu.",
    );
  });
});
