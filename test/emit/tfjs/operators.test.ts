import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { decomposePads } from '../../../src/compiler/3-lower/passes/decompose-pads.js';
import { EmissionFailure } from '../../../src/compiler/4-emit/index.js';
import { layersModelFiles } from '../../../src/compiler/4-emit/tfjs/index.js';
import { translate } from '../../../src/compiler/4-emit/tfjs/translate.js';
import type { Program } from '../../../src/compiler/ir/program.js';
import { feedsOf, inputName, type OpCase, opCases, titleOf, wantedInputs } from '../../ops/cases.js';
import { imageCases } from '../../parity/image-cases.js';
import { gradientProgram } from '../../support/gradient-program.js';
import { loadLayersModel } from '../../support/layers-model.js';
import { programBuilder } from '../../support/program-builder.js';
import { expectRecorded } from '../../support/recorded.js';
import { interpret } from '../../support/reference/interpret.js';
import type { Tensor64 } from '../../support/reference/tensor.js';

const tolerance = 1e-4;

const forward = [...opCases, ...imageCases].filter(({ op }) => !op.includes('_gradient'));

/** Operands that are as large as the batch are data; kernels, biases and scales are weights, as in a network. */
const isData = (shapes: OpCase['shapes'], index: number): boolean => {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const batch = shapes.find((shape) => shape.length === rank)?.[0] ?? 1;
  return shapes[index]?.length === rank && shapes[index]?.[0] === batch;
};

/** @param withLoss adds the sum of the result, weighted with random numbers. */
const programOf = ({ op, shapes, attributes }: OpCase, withLoss = false): Program => {
  const b = programBuilder(op);
  const isKernelOp =
    op.includes('conv2d') ||
    (op === 'matmul' && shapes[1]?.length === 2 && Object.values(attributes ?? {}).every((value) => value !== true));
  const inputs = shapes.map((shape, i) =>
    isData(shapes, i) && !(isKernelOp && i === 1) ? b.input(inputName(i), shape) : b.parameter(inputName(i), shape),
  );
  const y = b.op(op, inputs, attributes ?? {});
  b.result('y', y);
  if (withLoss) b.result('loss', b.op('reduce_sum', [b.op('mul', [y, b.input('weights', b.shapeOf(y))])]));
  return b.build();
};

const weightsOf = (program: Program, feeds: ReadonlyMap<string, Float64Array>) =>
  new Map(
    program.inputs
      .filter(({ role }) => role === 'parameter')
      .map(({ name, tensor }) => [name, { shape: program.tensors[tensor]?.shape ?? [], values: Float32Array.from(feeds.get(name) ?? []) }]),
  );

const largestDifference = (found: tf.Tensor | undefined, expected: Tensor64 | undefined): number => {
  expect(found?.shape.join()).toBe(expected?.shape.join());
  const values = found?.dataSync() ?? [];
  return Math.max(0, ...[...(expected?.values ?? [])].map((value, i) => Math.abs(value - (values[i] ?? Number.NaN))));
};

const filesOf = (use: OpCase): Map<string, string | Uint8Array> => {
  const program = programOf(use);
  return layersModelFiles(program, translate(program), weightsOf(program, feedsOf(use, program)));
};

const refusalOf = (use: OpCase): string | undefined => {
  try {
    filesOf(use);
    return undefined;
  } catch (error) {
    if (error instanceof EmissionFailure) return error.message;
    throw error;
  }
};

const supported = forward.filter((use) => refusalOf(use) === undefined);

describe('an operator that no layer can do', () => {
  it('is refused, and only those listed are', () => {
    const golden = fileURLToPath(new URL('refused.txt', import.meta.url));
    const refused = forward.filter((use) => !supported.includes(use)).map((use) => `${titleOf(use)}\n  ${refusalOf(use)}\n`);
    expectRecorded(golden, refused.join(''));
  });

  it('is named with its place in the source', () => {
    const b = programBuilder();
    b.result('y', b.op('reverse', [b.input('x', [1, 2, 2, 3])], { axes: [0] }));
    const program = b.build();
    const origin = { file: 'a.mfn', line: 3, path: 'deg.flip' };
    const placed = { ...program, nodes: program.nodes.map((node) => ({ ...node, origin })) };
    expect(() => translate(placed)).toThrow('a.mfn:3: reverse in deg.flip: reverses the first axis, which is the batch in TensorFlow.js');
  });
});

/** A layered model and its input tensors, which the caller frees. */
async function loaded(use: OpCase, program: Program, feeds: ReadonlyMap<string, Float64Array>) {
  const data = program.inputs.filter(({ name, role }) => role === 'data' && name !== 'weights');
  const tensorOf = (name: string, tensor: number) => tf.tensor([...(feeds.get(name) ?? [])], [...(program.tensors[tensor]?.shape ?? [])]);
  return { model: await loadLayersModel(filesOf(use)), data, tensors: data.map(({ name, tensor }) => tensorOf(name, tensor)), tensorOf };
}

describe('layers compute what the operators define', () => {
  it.each(supported.map((use) => [titleOf(use), use] as const))('%s', async (_, use) => {
    const program = programOf(use);
    const feeds = feedsOf(use, program);
    const { model, tensors } = await loaded(use, program, feeds);
    const found = model.predict(tensors) as tf.Tensor;
    expect(largestDifference(found, interpret(program, feeds).get('y'))).toBeLessThan(tolerance);
  });
});

describe('gradients through layers are those of differentiation', () => {
  const constant = ['stop_gradient'];
  /** TensorFlow.js 4.22 itself has no gradient of dilated convolutions, and a wrong one of average pools that reach over a border. */
  const ofTensorFlow = ['conv2d: dilated [', 'conv2d: dilated, explicit [', 'avg_pool: same, overlapping, odd height ['];
  const uses = supported.filter((use) => !constant.includes(use.op) && !ofTensorFlow.some((title) => titleOf(use).startsWith(title)));
  it.each(uses.map((use) => [titleOf(use), use] as const))('%s', async (_, use) => {
    const forwardProgram = decomposePads(programOf(use, true));
    const feeds = feedsOf(use, forwardProgram);
    const { model, data, tensors, tensorOf } = await loaded(use, forwardProgram, feeds);
    const wanted = data.filter(({ name }) => wantedInputs(use).some((index) => inputName(index) === name));
    const expected = interpret(
      gradientProgram(
        forwardProgram,
        'loss',
        wanted.map(({ name }) => name),
      ),
      feeds,
    );
    const scale = forwardProgram.inputs.find(({ name }) => name === 'weights');
    if (scale === undefined) throw new Error('the Program has no weights of the loss');
    const factors = tensorOf('weights', scale.tensor);
    const loss = (...inputs: tf.Tensor[]) => tf.sum(tf.mul(model.apply(inputs) as tf.Tensor, factors)) as tf.Scalar;
    const found = tf.grads(loss)(tensors);
    for (const { name } of wanted) {
      const gradient = found[data.findIndex((input) => input.name === name)];
      // Differentiation leaves out what is zero everywhere.
      const zeros = { shape: gradient?.shape ?? [], values: new Float64Array(gradient?.size ?? 0) };
      expect(largestDifference(gradient, expected.get(`d ${name}`) ?? zeros), name).toBeLessThan(tolerance);
    }
  });
});
