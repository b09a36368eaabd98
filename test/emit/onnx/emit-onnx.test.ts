import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { emitOnnx } from '../../../src/compiler/4-emit/onnx/index.js';
import type { Program } from '../../../src/compiler/ir/program.js';
import { programBuilder } from '../../support/program-builder.js';
import { randomValues } from '../../support/reference/random.js';
import { elementsIn } from '../../support/reference/tensor.js';
import { decodeNodes } from './decode-nodes.js';
import { restorationNetwork } from './restoration-network.js';

function weightsOf(program: Program): Map<string, { shape: readonly number[]; values: Float32Array }> {
  const parameters = program.inputs.filter(({ role }) => role === 'parameter');
  return new Map(
    parameters.map(({ name, tensor }) => {
      const shape = program.tensors[tensor]?.shape ?? [];
      return [name, { shape, values: Float32Array.from(randomValues(elementsIn(shape), name, -0.3, 0.3)) }];
    }),
  );
}

const typesOf = (program: Program, options = {}): string[] => decodeNodes(emitOnnx(program, options)).map(({ opType }) => opType);
const count = (types: readonly string[], type: string): number => types.filter((candidate) => candidate === type).length;

describe('the bytes', () => {
  it('are the same for the same Program and weights', () => {
    const [a, b] = [restorationNetwork(), restorationNetwork()];
    expect(Buffer.from(emitOnnx(a)).equals(Buffer.from(emitOnnx(b)))).toBe(true);
    expect(Buffer.from(emitOnnx(a, { weights: weightsOf(a) })).equals(Buffer.from(emitOnnx(b, { weights: weightsOf(b) })))).toBe(true);
  });
});

describe('the interface of the model', () => {
  it('has the names and shapes of the Program, images NHWC and filters HWIO', async () => {
    const program = restorationNetwork();
    const session = await InferenceSession.create(emitOnnx(program));
    expect(session.inputNames).toEqual(program.inputs.map(({ name }) => name));
    expect(session.inputMetadata[0]).toMatchObject({ name: 'low', type: 'float32', shape: [2, 8, 12, 3] });
    expect(session.inputMetadata[1]).toMatchObject({ name: 'first.kernel', shape: [3, 3, 3, 16] });
    expect(session.outputMetadata).toMatchObject([{ name: 'enhanced', type: 'float32', shape: [2, 8, 12, 3] }]);
    await session.release();
  });

  it('has no inputs for weights that are given', async () => {
    const program = restorationNetwork();
    const session = await InferenceSession.create(emitOnnx(program, { weights: weightsOf(program) }));
    expect(session.inputNames).toEqual(['low']);
    await session.release();
  });

  it('calls the next value of a parameter NAME/next', async () => {
    const b = programBuilder('step', 'train-step');
    b.nextParameter('w', b.op('mul', [b.parameter('w', [3]), b.scalar(2)]));
    b.nextState('w:m', b.state('w:m', [3]));
    const session = await InferenceSession.create(emitOnnx(b.build()));
    expect(session.inputNames).toEqual(['w', 'w:m']);
    expect(session.outputNames).toEqual(['w/next', 'w:m/next']);
    await session.release();
  });

  it('refuses a weight of another shape, naming both', () => {
    const weights = new Map([['first.kernel', { shape: [3, 3, 3, 4], values: new Float32Array(108) }]]);
    expect(() => emitOnnx(restorationNetwork(), { weights })).toThrow(
      "the weight 'first.kernel' has shape [3, 3, 3, 4], the Program expects [3, 3, 3, 16]",
    );
  });
});

describe('the graph', () => {
  it('runs chains of convolutions in NCHW, with transposes at the borders only', () => {
    const program = restorationNetwork();
    expect(count(typesOf(program, { weights: weightsOf(program) }), 'Transpose')).toBe(2);
  });

  it('gives biases to the convolutions', () => {
    const program = restorationNetwork();
    const nodes = decodeNodes(emitOnnx(program));
    const convolutions = nodes.filter(({ opType }) => opType === 'Conv');
    expect(convolutions.length).toBeGreaterThan(0);
    expect(convolutions.every(({ inputs }) => inputs.length === 3)).toBe(true);
  });

  it('writes a convolution over a concatenation as a sum of convolutions where the filter is a constant', () => {
    const b = programBuilder();
    const images = [b.input('x', [1, 3, 3, 16]), b.input('y', [1, 3, 3, 32])];
    b.result('z', b.op('conv2d', [b.op('concat', images, { axis: 3 }), b.parameter('k', [1, 1, 48, 4])]));
    const program = b.build();
    expect(typesOf(program).filter((type) => ['Concat', 'Conv', 'Add'].includes(type))).toEqual(['Concat', 'Conv']);
    const constant = typesOf(program, { weights: weightsOf(program) });
    expect(constant.filter((type) => ['Concat', 'Conv', 'Add'].includes(type))).toEqual(['Conv', 'Conv', 'Add']);
  });

  it('writes a 4x4 transposed convolution of stride 2 as four 2x2 convolutions', () => {
    const b = programBuilder();
    const x = b.input('x', [1, 3, 5, 2]);
    b.result('y', b.op('conv2d_transpose', [x, b.parameter('k', [4, 4, 3, 2])], { strides: [2, 2], output_size: [6, 10] }));
    const types = typesOf(b.build());
    expect(count(types, 'Conv')).toBe(4);
    expect(types).not.toContain('ConvTranspose');
  });

  it('does not absorb a bias whose sum something else reads', () => {
    const b = programBuilder();
    const product = b.op('conv2d', [b.input('x', [1, 3, 3, 2]), b.parameter('k', [1, 1, 2, 2])]);
    b.result('biased', b.op('add', [product, b.parameter('b', [2])]));
    b.result('bare', product);
    const nodes = decodeNodes(emitOnnx(b.build()));
    expect(nodes.filter(({ opType }) => opType === 'Conv').map(({ inputs }) => inputs.length)).toEqual([2]);
    expect(nodes.filter(({ opType }) => opType === 'Add')).toHaveLength(1);
  });

  it('names its nodes after the instance and operator they come from', () => {
    const program = restorationNetwork();
    const origin = { file: 'a.mfn', line: 3, path: 'deg.conv1' };
    const placed = { ...program, nodes: program.nodes.map((node) => ({ ...node, origin })) };
    expect(decodeNodes(emitOnnx(placed)).some(({ name }) => /^deg\.conv1\/0\.conv2d\/Conv_\d+$/.test(name))).toBe(true);
  });
});
