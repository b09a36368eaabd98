import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lowerInference } from '../../src/compiler/3-lower/index.js';
import { standardLibrary } from '../../src/compiler/stdlib/sources.js';
import { analyzeText } from '../support/analyze-text.js';
import { interpret } from '../support/reference/interpret.js';
import { randomValues } from '../support/reference/random.js';
import { at, type Tensor64 } from '../support/reference/tensor.js';
import { irOf } from '../support/shipped-models.js';

const [batch, height, width] = [2, 14, 13];
const shape = [batch, height, width, 3];
const a: Tensor64 = { shape, values: randomValues(batch * height * width * 3, 'a') };
const b: Tensor64 = { shape, values: randomValues(batch * height * width * 3, 'b') };

/** The value of an expression in a and b, by the compiler and the reference interpreter. */
function evaluate(imports: string, expression: string): Tensor64 {
  const text = `mfn 1\n${imports}\nmodel Net {\n  in  a: image\n  in  b: image\n  out y: tensor\n  y = ${expression}\n}\n`;
  const program = lowerInference(irOf(text), { batch, height, width });
  const result = interpret(program, new Map(Object.entries({ a: a.values, b: b.values }))).get('y');
  if (!result) throw new Error('the program gave no result');
  return result;
}

const mean = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};

test.each([...standardLibrary])('%s has no mistake', (path, text) => {
  expect(analyzeText({ [path]: text }, { requireModel: false }).diagnostics).toEqual([]);
});

const losses = (name: string): string => `import { ${name} } from "std/losses"`;

/** SSIM as its paper defines it, with the full two-dimensional window. */
function directSsim(): number {
  const taps = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
  const sum = taps.reduce((x, y) => x + y, 0);
  const values: number[] = [];
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i + 11 <= height; i++) {
      for (let j = 0; j + 11 <= width; j++) {
        for (let c = 0; c < 3; c++) {
          const moment = (of: (x: number, y: number) => number): number => {
            let result = 0;
            for (let u = 0; u < 11; u++) {
              for (let v = 0; v < 11; v++) {
                const [x, y] = [a, b].map((image) => (at(image, [n, i + u, j + v, c]) + 1) / 2);
                result += (((taps[u] ?? 0) * (taps[v] ?? 0)) / sum ** 2) * of(x ?? 0, y ?? 0);
              }
            }
            return result;
          };
          const [mx, my] = [moment((x) => x), moment((_, y) => y)];
          const [vx, vy] = [moment((x) => x * x) - mx * mx, moment((_, y) => y * y) - my * my];
          const covariance = moment((x, y) => x * y) - mx * my;
          values.push(((2 * mx * my + 1e-4) * (2 * covariance + 9e-4)) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4)));
        }
      }
    }
  }
  return mean(values);
}

describe('losses', () => {
  const differences = (of: (difference: number) => number): number => mean(a.values.map((x, i) => of(x - (b.values[i] ?? 0))));

  test('l1, l2 and Charbonnier are means over all elements', () => {
    expect(evaluate(losses('l1'), 'l1(a, b)').values[0]).toBeCloseTo(differences(Math.abs), 6);
    expect(evaluate(losses('l2'), 'l2(a, b)').values[0]).toBeCloseTo(
      differences((d) => d * d),
      6,
    );
    expect(evaluate(losses('charbonnier'), 'charbonnier(a, b)').values[0]).toBeCloseTo(
      differences((d) => Math.hypot(d, 1e-3)),
      6,
    );
  });

  test('SSIM is that of its paper', () => {
    expect(evaluate(losses('ssim'), 'ssim(a, b)').values[0]).toBeCloseTo(directSsim(), 5);
    expect(evaluate(losses('ssim'), 'ssim(a, a + 0 * b)').values[0]).toBeCloseTo(1, 5);
  });

  test.each([
    ['over the whole image', '', () => 0],
    ['over each channel', ', per_channel: true', (position: number) => position % 3],
  ])('KL divergence of softmax distributions %s', (_name, option, groupOf) => {
    const size = height * width * 3;
    const divergences = Array.from({ length: batch }, (_, n) => {
      const logarithms = (image: Tensor64): number[] => {
        const values = [...image.values.subarray(n * size, (n + 1) * size)];
        const totals = new Map<number, number>();
        for (const [i, value] of values.entries()) totals.set(groupOf(i), (totals.get(groupOf(i)) ?? 0) + Math.exp(value));
        return values.map((value, i) => value - Math.log(totals.get(groupOf(i)) ?? 1));
      };
      const [p, q] = [logarithms(a), logarithms(b)];
      return p.reduce((sum, log, i) => sum + Math.exp(log) * (log - (q[i] ?? 0)), 0);
    });
    expect(evaluate(losses('kl'), `kl(a, b${option})`).values[0]).toBeCloseTo(mean(divergences), 5);
  });

  test('KL divergence of soft histograms', () => {
    const [bins, reach, epsilon] = [7, 1.5, 1e-3];
    const spacing = (2 * reach) / (bins - 1);
    // Each value shares one count between the two bins around it, by linear interpolation.
    const histogram = (image: Tensor64, n: number, c: number): number[] => {
      const counts = new Array<number>(bins).fill(0);
      for (let i = 0; i < height * width; i++) {
        const value = image.values[(n * height * width + i) * 3 + c] ?? 0;
        const at = (Math.min(reach, Math.max(-reach, value)) + reach) / spacing;
        const lower = Math.min(bins - 2, Math.floor(at));
        counts[lower] = (counts[lower] ?? 0) + 1 - (at - lower);
        counts[lower + 1] = (counts[lower + 1] ?? 0) + at - lower;
      }
      return counts.map((count) => (count / (height * width) + epsilon) / (1 + bins * epsilon));
    };
    const divergences = Array.from({ length: batch }, (_, n) =>
      [0, 1, 2].reduce((sum, c) => {
        const [p, q] = [histogram(a, n, c), histogram(b, n, c)];
        return sum + p.reduce((total, share, k) => total + share * Math.log(share / (q[k] ?? 1)), 0);
      }, 0),
    );
    const call = `histogram_kl(a, b, bins: ${bins}, reach: ${reach}, epsilon: 0.001)`;
    expect(evaluate(losses('histogram_kl'), call).values[0]).toBeCloseTo(mean(divergences), 5);
    expect(evaluate(losses('histogram_kl'), 'histogram_kl(a, a + 0 * b)').values[0]).toBeCloseTo(0, 9);
  });

  test('adversarial losses are -log D, also where D is all but 0', () => {
    const minusLog = mean(a.values.map((x) => Math.log1p(Math.exp(-x))));
    expect(evaluate(losses('gan'), 'gan.fool(a) + 0 * mean(b)').values[0]).toBeCloseTo(minusLog, 6);
    const tell = minusLog + mean(b.values.map((x) => Math.log1p(Math.exp(x))));
    expect(evaluate(losses('gan'), 'gan.tell(real: a, fake: b)').values[0]).toBeCloseTo(tell, 6);
    expect(evaluate(losses('gan'), 'gan.fool(1000 * (a / a) * -1 + 0 * b)').values[0]).toBeCloseTo(1000, 3);
  });
});

describe('losses without a truth', () => {
  const call = (name: string, more: string): number =>
    evaluate(losses('zero_reference'), `zero_reference.${name}${more}`).values[0] ?? Number.NaN;
  /** Mean over the channels and a square of pixels; 0 beyond the edge. */
  const region = (image: Tensor64, n: number, row: number, column: number, size: number): number => {
    if (row < 0 || column < 0 || (row + 1) * size > height || (column + 1) * size > width) return 0;
    const values: number[] = [];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let c = 0; c < 3; c++) values.push(at(image, [n, row * size + i, column * size + j, c]));
      }
    }
    return mean(values);
  };

  test('spatial consistency compares the differences of neighbouring regions', () => {
    const terms: number[] = [];
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < 3; row++) {
        for (let column = 0; column < 3; column++) {
          const neighbours = [
            [0, -1],
            [0, 1],
            [-1, 0],
            [1, 0],
          ] as const;
          const squares = neighbours.map(([down, across]) => {
            const difference = (image: Tensor64): number =>
              region(image, n, row, column, 4) - region(image, n, row + down, column + across, 4);
            return (difference(a) - difference(b)) ** 2;
          });
          terms.push(squares.reduce((x, y) => x + y, 0));
        }
      }
    }
    expect(call('spatial_consistency', '(a, b)')).toBeCloseTo(mean(terms), 6);
  });

  test('exposure compares regions with a level', () => {
    const terms: number[] = [];
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < 2; row++) for (let column = 0; column < 2; column++) terms.push((region(a, n, row, column, 6) - 0.25) ** 2);
    }
    expect(call('exposure', '(a, level: 0.25, size: 6) + 0 * mean(b)')).toBeCloseTo(mean(terms), 6);
  });

  test('color constancy compares the means of the channels', () => {
    const terms = Array.from({ length: batch }, (_, n) => {
      const channel = (c: number): number => mean(a.values.filter((_, i) => i % 3 === c && Math.floor(i / (height * width * 3)) === n));
      const [red, green, blue] = [channel(0), channel(1), channel(2)];
      return Math.hypot((red - green) ** 2, (red - blue) ** 2, (green - blue) ** 2);
    });
    expect(call('color_constancy', '(a) + 0 * mean(b)')).toBeCloseTo(mean(terms), 5);
  });

  test('illumination smoothness is the squared total variation', () => {
    let [down, across] = [0, 0];
    for (let n = 0; n < batch; n++) {
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          for (let c = 0; c < 3; c++) {
            if (i > 0) down += (at(a, [n, i, j, c]) - at(a, [n, i - 1, j, c])) ** 2;
            if (j > 0) across += (at(a, [n, i, j, c]) - at(a, [n, i, j - 1, c])) ** 2;
          }
        }
      }
    }
    const expected = (2 * (down / ((height - 1) * width) + across / (height * (width - 1)))) / batch;
    expect(call('illumination_smoothness', '(a) + 0 * mean(b)')).toBeCloseTo(expected, 4);
  });
});

describe('functions on images', () => {
  test('the standard deviation is that of all elements', () => {
    const centre = mean(a.values);
    expect(evaluate('', 'deviation(a) + 0 * mean(b)').values[0]).toBeCloseTo(Math.sqrt(mean(a.values.map((x) => (x - centre) ** 2))), 6);
  });

  test('softmax over channels sums to 1', () => {
    const sums = evaluate('', 'reduce_sum(softmax(a + 0 * b, [3]), axes: [3])');
    for (const value of sums.values) expect(value).toBeCloseTo(1, 6);
  });

  test('a pyramid halves its levels and filters with the Gaussian, replicating edges', () => {
    const level = evaluate('import { pyramid } from "std/blocks"', 'pyramid(a + 0 * b, 2)[2]');
    expect(level.shape).toEqual([batch, 7, 7, 3]);
    const taps = [0.05, 0.25, 0.4, 0.25, 0.05];
    const clamp = (i: number, size: number): number => Math.min(Math.max(i, 0), size - 1);
    for (const [i, j] of [
      [0, 0],
      [3, 4],
      [6, 6],
    ] as const) {
      let expected = 0;
      for (const [u, p] of taps.entries()) {
        for (const [v, q] of taps.entries()) expected += p * q * at(a, [1, clamp(2 * i + u - 2, height), clamp(2 * j + v - 2, width), 2]);
      }
      expect(at(level, [1, i, j, 2])).toBeCloseTo(expected, 6);
    }
  });
});

test('the library that is compiled in is that of the .mfn files', () => {
  const script = path.resolve(import.meta.dirname, '../../scripts/generate-stdlib.mjs');
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});

test('every module of the library checks without errors and warnings', () => {
  const imports = 'import { conv } from "std/blocks"\nimport { l1 } from "std/losses"\n';
  const text = `mfn 1\n${imports}model Net {\n  in  x: image\n  out y: tensor\n  y = l1(x |> conv(3), x)\n}\n`;
  expect(analyzeText(text).diagnostics).toEqual([]);
});

test.each([
  ['conv(8, 3, stride: 2)', '[2, 7, 7, 8]', 3 * 3 * 3 * 8 + 8],
  ['conv(8, 5, dilation: 2, padding: "valid")', '[2, 6, 5, 8]', 5 * 5 * 3 * 8 + 8],
  ['deconv(5, 4)', '[2, 28, 26, 5]', 4 * 4 * 3 * 5 + 5],
  ['depthwise_conv(3, multiplier: 2)', '[2, 14, 13, 6]', 3 * 3 * 6 + 6],
  ['ChannelAttention(2)', '[2, 14, 13, 3]', 3 + 1 + 3 + 3],
  ['RCAB(3, 1)', '[2, 14, 13, 3]', 2 * (3 * 3 * 3 * 3 + 3) + 2 * (3 * 3 + 3)],
])('%s has its shape and parameters', (block, result, parameters) => {
  const name = block.slice(0, block.indexOf('('));
  const text = `mfn 1\nimport { ${name} } from "std/blocks"\nmodel Net {\n  in  x: image\n  out y: tensor\n  y = x |> ${block}\n}\n`;
  const program = lowerInference(irOf(text), { batch, height, width });
  const sizeOf = (tensor: number): readonly number[] => program.tensors[tensor]?.shape ?? [];
  expect(`[${sizeOf(program.outputs[0]?.tensor ?? -1).join(', ')}]`).toBe(result);
  const counts = program.inputs.filter(({ role }) => role === 'parameter').map(({ tensor }) => sizeOf(tensor).reduce((x, y) => x * y, 1));
  expect(counts.reduce((x, y) => x + y, 0)).toBe(parameters);
});
