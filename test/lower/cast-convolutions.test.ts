import { describe, expect, it } from 'vitest';
import { inPrecision, lowerInference, lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import type { Program, ProgramNode, TensorId } from '../../src/compiler/ir/program.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { elementsIn } from '../support/reference/tensor.js';
import { irOf, modelText } from '../support/shipped-models.js';

const light = irOf(modelText('lw-drgn'), { parameters: { width: 8 }, settings: { batch: 2, patch: [32, 32] } });
const whole = irOf(modelText('drgn'), { parameters: { width: 4 }, settings: { batch: 1, patch: [32, 32] } });

/** A model of one block with a head that is one convolution. */
const inference = (body: string): Program =>
  inPrecision(
    lowerInference(
      irOf(
        `mfn 1\n\nimport { conv, RCAB } from "std/blocks"\n\nblock Net() {\n  in  x: image\n  out y: image\n${body}\n}\n\nmodel M() {\n  in  low: image in [-1, 1]\n  out enhanced: image in [-1, 1]\n  net = Net()\n  enhanced = net(low)\n}\n`,
      ),
      { batch: 1, height: 8, width: 8 },
    ),
    'bfloat16',
  );

/** `conv2d bfloat16` for each node but casts, in order. */
const typesIn = (program: Program): string[] =>
  program.nodes.filter(({ op }) => op !== 'cast').map(({ op, output }) => `${op} ${program.tensors[output]?.type}`);

const trainSteps = [
  ...['degradation', 'refinement'].map((stage) => [`LW-DRGN, ${stage}`, lowerTrainStep(light, stage).program] as const),
  ...['degradation', 'refinement'].map((stage) => [`DRGN, ${stage}`, lowerTrainStep(whole, stage).program] as const),
];

describe('the pass that casts convolutions to bfloat16', () => {
  it('keeps what stands between two convolutions in bfloat16, and casts only at the ends', () => {
    const program = inference('  y = x |> conv(4, 3) as a |> relu |> conv(4, 3) as b |> leaky_relu(0.2) |> conv(3, 3) as c');
    expect(typesIn(program)).toEqual([
      'conv2d bfloat16',
      'add bfloat16',
      'relu bfloat16',
      'conv2d bfloat16',
      'add bfloat16',
      'leaky_relu bfloat16',
      'conv2d bfloat16',
      'add bfloat16',
    ]);
    // The image, three kernels, three biases; the result.
    const casts = program.nodes.filter(({ op }) => op === 'cast').map(({ output }) => program.tensors[output]?.type);
    expect(casts).toEqual([...Array(7).fill('bfloat16'), 'float32']);
  });

  it('computes channel attention in float32 and scales the channels in bfloat16', () => {
    const types = typesIn(inference('  y = x |> conv(4, 3) as a |> RCAB(4, 2) as b |> conv(3, 3) as c'));
    expect(types.filter((type) => /reduce|sigmoid/.test(type))).toEqual(['reduce_mean float32', 'sigmoid float32']);
    expect(types.filter((type) => /mul/.test(type))).toEqual(['mul bfloat16']);
    // The squeezing and the exciting convolution read a mean.
    expect(types.filter((type) => type === 'conv2d float32')).toHaveLength(2);
    expect(types.filter((type) => type === 'conv2d bfloat16')).toHaveLength(4);
  });

  it('normalises in float32: a mean, what is subtracted, a deviation', () => {
    const types = typesIn(
      inference(
        '  a = x |> conv(4, 3) as first\n  m = reduce_mean(a, axes: [1, 2], keepdims: true)\n  d = a - m\n  v = reduce_mean(d * d, axes: [1, 2], keepdims: true)\n  y = d * rsqrt(v + 1e-5) |> conv(3, 3) as last',
      ),
    );
    expect(types.slice(2, -2).every((type) => type.endsWith('float32'))).toBe(true);
  });

  it('leaves convolutions with constant filters alone', () => {
    const types = typesIn(inference('  y = x |> conv(3, 3) as a |> depthwise_conv2d([[[[0.5], [0.5], [0.5]]]]) |> conv(3, 3) as b'));
    expect(types).toContain('depthwise_conv2d float32');
  });

  it.each(trainSteps)('computes losses, reductions and the optimiser of %s in float32', (_title, float32) => {
    const program = inPrecision(float32, 'bfloat16', (between, pass) => expect(verifyProgram(between), pass).toEqual([]));
    const typeOf = (tensor: TensorId) => program.tensors[tensor]?.type;
    const float32Only = /^(reduce_|exp|log|softplus|sigmoid|sqrt|rsqrt|square|div|sub|abs|sign|depthwise_conv2d_filter_gradient)/;
    for (const { op, output } of program.nodes) if (float32Only.test(op)) expect(typeOf(output), op).toBe('float32');
    // What is written outside of any instance is the loss graph. A convolution and a move of elements may stand there too.
    const arithmetic = program.nodes.filter(({ op, origin }) => ['add', 'mul'].includes(op) && (origin?.path ?? '') === '');
    expect(arithmetic.length).toBeGreaterThan(10);
    expect(arithmetic.every(({ output }) => typeOf(output) === 'float32')).toBe(true);
    const ends = ({ inputs, outputs }: Program) => [...inputs, ...outputs].map(({ name, role }) => `${role} ${name}`);
    expect(ends(program)).toEqual(ends(float32));
    expect(
      program.nodes.filter(({ op, output }) => op === 'conv2d_filter_gradient' && typeOf(output) === 'bfloat16').length,
    ).toBeGreaterThan(10);
  });

  it.each(trainSteps)('casts no tensor of %s twice, and none back and forth', (_title, float32) => {
    const program = inPrecision(float32, 'bfloat16');
    const definitions = new Map<TensorId, ProgramNode>(program.nodes.map((node) => [node.output, node]));
    const seen = new Set<string>();
    for (const { op, inputs, attributes } of program.nodes.filter((node) => node.op === 'cast')) {
      const key = `${inputs[0]} ${attributes.type}`;
      expect(seen.has(key)).toBe(false);
      seen.add(key);
      expect(definitions.get(inputs[0] ?? -1)?.op).not.toBe(op);
      expect(program.tensors[inputs[0] ?? -1]?.type).not.toBe(attributes.type);
    }
  });

  it('leaves a Program in float32 as it is', () => {
    const { program } = lowerTrainStep(light, 'refinement');
    expect(inPrecision(program, 'float32')).toBe(program);
  });

  it('changes the results by rounding only', () => {
    const float32 = lowerInference(light, { batch: 1, height: 16, width: 16 });
    const feeds = new Map(
      float32.inputs.map(({ name, tensor }) => {
        const shape = float32.tensors[tensor]?.shape ?? [];
        const fan = elementsIn(shape.slice(0, 3));
        const range = shape.length === 4 && name !== 'low' ? Math.sqrt(6 / fan) / 2 : 1;
        return [name, randomValues(elementsIn(shape), name, -range, range)] as const;
      }),
    );
    const [expected, found] = [float32, inPrecision(float32, 'bfloat16')].map(
      (program) => interpret(program, feeds).get('enhanced')?.values,
    );
    let [difference, length] = [0, 0];
    for (const [i, value] of (expected ?? []).entries()) {
      difference += (value - (found?.[i] ?? Number.NaN)) ** 2;
      length += value ** 2;
    }
    const relative = Math.sqrt(difference / length);
    expect(relative).toBeGreaterThan(1e-4);
    expect(relative).toBeLessThan(3e-2);
  });
});
