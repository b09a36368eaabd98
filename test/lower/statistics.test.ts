import { describe, expect, it } from 'vitest';
import { initializeWeights, listWeights, lowerInference, lowerTrainStep, type TrainStep } from '../../src/compiler/3-lower/index.js';
import type { IR } from '../../src/compiler/ir/ir.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { analyzeText } from '../support/analyze-text.js';
import { interpret } from '../support/reference/interpret.js';
import { elementsIn, type Tensor64 } from '../support/reference/tensor.js';
import { irOf, parameterCount } from '../support/shipped-models.js';

/** sin(frequency), sin(2 frequency), ... */
const wave = (length: number, frequency: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(frequency * (i + 1)));

/** A training that is run in float64 by the reference interpreter. */
class Run {
  readonly losses: number[] = [];
  private current: Map<string, ArrayLike<number>>;
  private readonly step: TrainStep;

  constructor(
    ir: IR,
    stage: string,
    size: { readonly batch: number; readonly height: number; readonly width: number },
    private readonly data: ReadonlyMap<string, ArrayLike<number>>,
    weights: ReadonlyMap<string, ArrayLike<number>>,
  ) {
    this.step = lowerTrainStep(ir, stage, size);
    expect(verifyProgram(this.step.program)).toEqual([]);
    const first = initializeWeights(ir, 1);
    this.current = new Map(
      this.step.program.inputs.flatMap(({ name, role, tensor }): [string, ArrayLike<number>][] => {
        if (role === 'parameter') return [[name, weights.get(name) ?? first.get(name)?.values ?? []]];
        return role === 'state' ? [[name, new Float64Array(elementsIn(this.step.program.tensors[tensor]?.shape ?? []))]] : [];
      }),
    );
  }

  get trained(): readonly string[] {
    return this.step.minimizers.flatMap((minimizer) => minimizer.weights);
  }

  /** Does some steps. */
  advance(steps: number): this {
    for (let k = 0; k < steps; k++) {
      const scalars = [...this.step.hostScalars(this.losses.length, 0)].map(([name, { values }]) => [name, values] as const);
      const results: ReadonlyMap<string, Tensor64> = interpret(this.step.program, new Map([...this.data, ...scalars, ...this.current]));
      for (const { name, role } of this.step.program.outputs) {
        if (role !== 'result') this.current.set(name, results.get(name)?.values ?? []);
      }
      this.losses.push(results.get(this.step.minimizers[0]?.loss ?? '')?.values[0] ?? Number.NaN);
    }
    return this;
  }

  /** The present value of a weight or a statistic. */
  read(name: string): number[] {
    return Array.from(this.current.get(name) ?? []);
  }
}

const near = (found: readonly number[], expected: readonly number[], digits = 6): void => {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
};

const batchNormalized = (stage: string): string => `mfn 1
import { conv } from "std/blocks"
import { BatchNorm } from "std/normalization"
import { l2 } from "std/losses"

block Net() {
  in  x: image
  out y: image
  y = x |> conv(4, 1, biased: false) as first |> BatchNorm() as norm |> relu |> conv(3, 1) as last
}
model Normalized {
  in  low: image
  out enhanced: image
  net = Net()
  head = conv(3, 1)
  enhanced = head(net(low))
}
training of Normalized {
  data { pair(low, normal)  patch 3 x 2  batch 2 }
  adam { rate = 1e-2 }
${stage}
}
`;

describe('batch normalisation', () => {
  const joint =
    '  stage only for 1 epochs { frozen head  minimize L over net = l2(net(low), normal) + 0.5 * l2(net(normal), normal)  log h = mean(head(low)) }';
  const ir = irOf(batchNormalized(joint));
  const size = { batch: 2, height: 3, width: 2 };
  const length = 2 * 3 * 2 * 3;
  const data = new Map([
    ['low', wave(length, 0.37)],
    ['normal', wave(length, 0.53)],
  ]);
  const weights = new Map([
    ['net.first.kernel', wave(12, 1.1)],
    ['net.norm.scale', wave(4, 0.7).map((value) => 1 + 0.2 * value)],
    ['net.norm.bias', wave(4, 0.9).map((value) => 0.1 * value)],
    ['net.last.kernel', wave(12, 1.7)],
    ['net.last.bias', wave(3, 0.5)],
  ]);

  it('has a valid IR in which statistics are no parameters', () => {
    expect(verifyIR(ir)).toEqual([]);
    expect(verifyIR(JSON.parse(JSON.stringify(ir)))).toEqual([]);
    // first 12, scale and bias 8, last 15, head 12.
    expect(parameterCount(ir)).toBe(12 + 8 + 15 + 12);
    const statistics = listWeights(ir).filter(({ statistic }) => statistic);
    expect(statistics.map(({ path, shape }) => [path, shape])).toEqual([
      ['net.norm.running_mean', [4]],
      ['net.norm.running_variance', [4]],
    ]);
  });

  it('trains as PyTorch does, through the statistics of the batch, and keeps the same running statistics', () => {
    const run = new Run(ir, 'only', size, data, weights).advance(3);
    // PyTorch 2.15 in float64: Conv2d(3, 4, 1, bias=False), BatchNorm2d(4), ReLU, Conv2d(4, 3, 1) on the same values, applied to `low` and to `normal`, with
    // mse(first, normal) + 0.5 mse(second, normal) and Adam(lr=1e-2) for three steps.
    near(run.losses, [4.656421544111497, 4.404937501947424, 4.171783513610681]);
    near(run.read('net.norm.scale'), [1.0989456404781217, 1.1671441612012237, 1.1427250424579356, 1.0370686266285054]);
    near(run.read('net.norm.bias'), [0.04844718755111663, 0.06744334648262516, 0.012812008590669511, -0.07414645924757245]);
    near(run.read('net.first.kernel').slice(0, 4), [0.9104361477042052, 0.8383814592337742, -0.12816731404168863, -0.9811562804882354]);
    near(run.read('net.norm.running_mean'), [-0.009658479231365246, -0.00860050639111305, 0.0016474699580745124, 0.010292656890050806]);
    near(run.read('net.norm.running_variance'), [0.6475711985918533, 0.703871006177561, 0.5826330851984017, 0.6688419356217691]);
    expect(run.trained.filter((path) => path.includes('running'))).toEqual([]);
  });

  it('takes the running statistics in the model itself', () => {
    const program = lowerInference(ir, size);
    const values = new Map(listWeights(ir).map(({ path, shape }) => [path, wave(elementsIn(shape), 0.4).map((value) => 1.5 + value)]));
    const at = (images: number): Float64Array => {
      const picture = wave(length, 0.37).map((value, i) => (i < length / 2 ? value : images * value));
      return (
        interpret(program, new Map([['low', picture], ...values]))
          .get('enhanced')
          ?.values.slice(0, length / 2) ?? new Float64Array()
      );
    };
    // What else is in the batch does not matter.
    expect([...at(1)]).toEqual([...at(100)]);
    expect(program.outputs.map(({ role }) => role)).toEqual(['result']);
  });

  it('takes the running statistics where a stage freezes it, and leaves them as they are', () => {
    const frozen = irOf(batchNormalized('  stage only for 1 epochs { frozen net  minimize L over head = l2(head(net(low)), normal) }'));
    expect(verifyIR(frozen)).toEqual([]);
    const step = lowerTrainStep(frozen, 'only', size);
    expect(step.program.outputs.filter(({ role }) => role === 'parameter').map(({ name }) => name)).toEqual(['head.kernel', 'head.bias']);
    const statistics = new Map([
      ['net.norm.running_mean', wave(4, 0.2)],
      ['net.norm.running_variance', wave(4, 0.6).map((value) => 2 + value)],
    ]);
    const given = new Map([...weights, ...statistics]);
    const run = new Run(frozen, 'only', size, data, given).advance(1);
    expect(run.read('net.norm.running_mean')).toEqual([...wave(4, 0.2)]);
    const inference = lowerInference(frozen, size);
    const first = initializeWeights(frozen, 1);
    const feeds = new Map(inference.inputs.map(({ name }) => [name, given.get(name) ?? data.get(name) ?? first.get(name)?.values ?? []]));
    const enhanced = interpret(inference, feeds).get('enhanced')?.values ?? new Float64Array();
    const truth = data.get('normal') as Float64Array;
    expect(run.losses[0]).toBeCloseTo(enhanced.reduce((sum, value, i) => sum + (value - (truth[i] ?? 0)) ** 2, 0) / length, 10);
  });
});

describe('other layers with statistics, written without the compiler', () => {
  const source = (block: string, use: string): string => `mfn 1
import { l2 } from "std/losses"
${block}
model Net {
  in  low: image
  out enhanced: image
  net = Layer()
  enhanced = net(low)
}
training of Net {
  data { pair(low, normal)  patch 2 x 2  batch 1 }
  adam { rate = 1e-9 }
  stage only for 1 epochs { ${use} }
}
`;
  const data = new Map([
    ['low', wave(12, 0.37)],
    ['normal', wave(12, 0.53)],
  ]);
  const size = { batch: 1, height: 2, width: 2 };

  it('spectral normalisation: the power iteration finds the largest singular value', () => {
    const block = `
/// Miyato et al. 2018: a convolution whose filter, as a matrix, has the norm 1.
block Layer() {
  in  x: image
  out y: image
  weight kernel: [3, 3] = ones()
  statistic u: [1, 3] = ones()
  v = stop(unit(matmul(u, kernel, transpose_b: true)))
  next = stop(unit(matmul(v, kernel)))
  update u = next
  left = if is_training() then next else u
  sigma = sum(matmul(v, kernel) * left)
  y = conv2d(x, reshape(kernel / sigma, [1, 1, 3, 3]))
}
function unit(x: tensor) = x / sqrt(sum(square(x)) + 1e-12)
`;
    const ir = irOf(source(block, 'minimize L over net = l2(net(low), normal)'));
    expect(verifyIR(ir)).toEqual([]);
    // Singular values 3, 2 and 1.
    const kernel = [0, 0, 3, 1, 0, 0, 0, -2, 0];
    const run = new Run(ir, 'only', size, data, new Map([['net.kernel', kernel]])).advance(40);
    near(run.read('net.u').map(Math.abs), [0, 0, 1], 4);
    const program = lowerInference(ir, { batch: 1, height: 1, width: 1 });
    const feeds = new Map<string, ArrayLike<number>>([
      ['low', [3, 0, 0]],
      ['net.kernel', kernel],
      ['net.u', run.read('net.u')],
    ]);
    near([...(interpret(program, feeds).get('enhanced')?.values ?? [])], [0, 0, 3], 4);
  });

  it('a moving average without weights: a stage need not name it, and each application sees what the one before left', () => {
    const block = `
block Layer() {
  in  x: image
  out y: image
  statistic average: [3] = zeros()
  update average = average + 0.5 * (reduce_mean(x, axes: [0, 1, 2]) - average)
  y = x - average
}
block Scale() {
  in  x: image
  out y: image
  weight factor: [] = ones()
  y = x * factor
}`;
    const text = source(block, 'once = net(low)  twice = net(once)  minimize L over s = l2(s(once) + s(twice), normal)')
      .replace('  net = Layer()', '  net = Layer()\n  s = Scale()')
      .replace('enhanced = net(low)', 'enhanced = s(net(low))');
    const ir = irOf(text);
    const run = new Run(ir, 'only', size, data, new Map()).advance(1);
    const means = [0, 1, 2].map((c) => [0, 1, 2, 3].reduce((sum, i) => sum + (wave(12, 0.37)[3 * i + c] ?? 0), 0) / 4);
    // The first application leaves x as it is, so both see the same mean m: 0.5 m, then 0.5 m + 0.5 (m - 0.5 m).
    near(
      run.read('net.average'),
      means.map((m) => 0.75 * m),
    );
  });
});

describe('mistakes with statistics', () => {
  const block = (body: string): string => `mfn 1
block Layer() {
  in  x: [B, H, W, C]
  out y: [B, H, W, C]
  statistic average: [C] = zeros()
${body}
}
model Net {
  in  low: image
  out enhanced: image
  enhanced = low |> Layer()
}
`;
  it.each([
    [
      'an update of another shape, also without a training',
      '  update average = reduce_mean(x, axes: [0, 1])\n  y = x - average',
      'MFN3002',
    ],
    ['two updates', '  update average = average\n  update average = 2 * average\n  y = x - average', 'MFN1011'],
    ['an assignment to a statistic', '  average = reduce_mean(x, axes: [0, 1, 2])\n  y = x - average', 'MFN1012'],
    ['an update of a name that is not there', '  update avrage = average\n  y = x - average', 'MFN1001'],
    ['an update of an input', '  update x = x\n  y = x - average', 'MFN2030'],
    ['an update in a loop', '  for i in 1..2 { update average = average }\n  y = x - average', 'MFN2019'],
  ])('%s', (_name, body, code) => {
    const { diagnostics } = analyzeText(block(body));
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  it('a statistic that is only updated is unused', () => {
    const { diagnostics } = analyzeText(block('  update average = reduce_mean(x, axes: [0, 1, 2])\n  y = x'));
    expect(diagnostics.map(({ code, severity }) => [code, severity])).toEqual([['MFN1005', 'warning']]);
  });
});
