import { describe, expect, it } from 'vitest';
import { lowerInference } from '../../src/compiler/3-lower/index.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { verifyProgram } from '../../src/compiler/ir/verify-program.js';
import { allEngines } from '../../src/runtime/engines/index.js';
import { gradientProgram } from '../support/gradient-program.js';
import { interpret } from '../support/reference/interpret.js';
import { irOf } from '../support/shipped-models.js';

/** sin(frequency), sin(2 frequency), ... */
const wave = (length: number, frequency: number): number[] => Array.from({ length }, (_, i) => Math.sin(frequency * (i + 1)));

const sumOf = (values: ArrayLike<number>, frequency: number): number =>
  Array.from(values).reduce((sum, value, i) => sum + value * Math.sin(frequency * (i + 1)), 0);

/**
 * PyTorch 2.15 in float64: `interpolate` of wave(40, 0.61) as [1, 4, 5, 2] (NHWC). The first values, all of them weighted with wave(n, 0.83) and summed; the
 * same of the gradient of the result weighted with wave(n, 0.29) and summed.
 */
const published = [
  {
    about: 'bilinear, corners aligned',
    size: [7, 8],
    options: 'align_corners: true',
    values: [0.57286746, 0.939099356, 0.797854278, 0.771291152, 0.841575856, 0.48244466],
    sum: -0.677786835,
    gradient: [-0.024347336, 0.404427814, 1.315835837, 1.576155662, 1.623650559, 1.426491902],
    gradientSum: 2.782007079,
  },
  {
    about: 'bilinear, twice as large',
    size: [8, 10],
    options: '',
    values: [0.57286746, 0.939099356, 0.671299193, 0.865683267, 0.868162659, 0.718851088],
    sum: 0.286332957,
    gradient: [1.184442095, 2.070730989, 3.297362798, 3.28149718, 1.707337698, 0.820250364],
    gradientSum: -2.445821748,
  },
  {
    about: 'bilinear, larger and smaller',
    size: [7, 3],
    options: '',
    values: [0.704109771, 0.841211237, 0.091464642, -0.495497373, -0.776304926, -0.450103712],
    sum: 2.474884981,
    gradient: [0.54681551, 0.64132297, 0.273407755, 0.320661485, 1.023408158, 0.999364745],
    gradientSum: -0.058732178,
  },
  {
    about: 'bilinear, smaller',
    size: [2, 2],
    options: '',
    values: [0.859744997, 0.75718935, -0.83551717, -0.812248292, 0.769856539, 0.856463211],
    sum: -0.433988527,
    gradient: [0.035744028, 0.068502992, 0.107232084, 0.205508976, 0, 0],
    gradientSum: 0.640693997,
  },
  {
    about: 'bilinear, one pixel',
    size: [1, 1],
    options: 'align_corners: true',
    values: [0.57286746, 0.939099356],
    sum: 1.358102358,
    gradient: [0.285952225, 0.548023937, 0, 0, 0, 0],
    gradientSum: 0.756858106,
  },
  {
    about: 'nearest',
    size: [7, 8],
    options: 'mode: "nearest"',
    values: [0.57286746, 0.939099356, 0.57286746, 0.939099356, 0.966594392, 0.645434998],
    sum: 1.308599527,
    gradient: [-0.624553317, 0.126316604, 2.074373187, 2.440927175, 1.329987731, 1.190360722],
    gradientSum: 1.319082143,
  },
  {
    about: 'nearest, smaller',
    size: [3, 2],
    options: 'mode: "nearest"',
    values: [0.57286746, 0.939099356, 0.091464642, -0.495497373, 0.413973357, 0.860787388],
    sum: 1.191873161,
    gradient: [0.285952225, 0.548023937, 0, 0, 0.764328937, 0.916803109],
    gradientSum: -1.425640421,
  },
] as const;

const model = (expression: string, weights = ''): string => `mfn 1
import { resize, upsample, downsample } from "std/resizing"
model Net {
  in  x: [B, H, W, 2]
  out y: tensor
  ${weights === '' ? '' : 'out loss: tensor'}
  y = ${expression}
  ${weights === '' ? '' : `loss = sum(mul(y, ${weights}))`}
}
`;

/** wave(n, 0.29) as a list of shape [1, height, width, 2]. */
function weightsFor([height, width]: readonly [number, number]): string {
  const values = wave(height * width * 2, 0.29);
  const rows = Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => values.slice((i * width + j) * 2, (i * width + j) * 2 + 2)),
  );
  return JSON.stringify([rows]);
}

const image = new Map([['x', wave(40, 0.61)]]);
const size = { batch: 1, height: 4, width: 5 };

const near = (found: ArrayLike<number> | undefined, expected: readonly number[]): void => {
  for (const [i, value] of expected.entries()) expect(found?.[i]).toBeCloseTo(value, 5);
};

describe.each(published)('$about', ({ size: [height, width], options, values, sum, gradient, gradientSum }) => {
  const call = `resize(x, ${[height, width, options].filter((part) => part !== '').join(', ')})`;

  it('gives what PyTorch gives, and its gradient', () => {
    const ir = irOf(model(call, weightsFor([height, width])));
    expect(verifyIR(ir)).toEqual([]);
    const program = gradientProgram(lowerInference(ir, size), 'loss', ['x']);
    expect(verifyProgram(program)).toEqual([]);
    const results = interpret(program, image);
    const y = results.get('y');
    expect(y?.shape).toEqual([1, height, width, 2]);
    near(y?.values, values);
    expect(sumOf(y?.values ?? [], 0.83)).toBeCloseTo(sum, 5);
    near(results.get('d x')?.values, gradient);
    expect(sumOf(results.get('d x')?.values ?? [], 0.83)).toBeCloseTo(gradientSum, 5);
  });

  it('is the same on every engine', async () => {
    const program = lowerInference(irOf(model(call)), size);
    for (const engine of await allEngines()) {
      const { available, software } = await engine.probe();
      if (!available || software) continue;
      const executable = await engine.compile(program);
      const feed = { shape: [1, 4, 5, 2], values: Float32Array.from(wave(40, 0.61)) };
      const y = (await executable.run(new Map([['x', feed]]))).get('y')?.values ?? [];
      await executable.dispose();
      expect(sumOf(y, 0.83), engine.name).toBeCloseTo(sum, 4);
    }
  });
});

describe('by factors', () => {
  const resized = (expression: string): number[] =>
    Array.from(
      interpret(lowerInference(irOf(model(expression)), { batch: 1, height: 4, width: 6 }), new Map([['x', wave(48, 0.61)]])).get('y')
        ?.values ?? [],
    );

  it('upsampling copies pixels, or is a resize', () => {
    expect(resized('upsample(x, 3)')).toEqual(resized('resize(x, 12, 18, mode: "nearest")'));
    expect(resized('upsample(x, 2, mode: "bilinear")')).toEqual(resized('resize(x, 8, 12)'));
  });

  it('downsampling demands a divisible size', () => {
    expect(resized('downsample(x)')).toEqual(resized('resize(x, 2, 3)'));
    const { model: entry } = irOf(model('downsample(x, 12)'));
    expect(entry.constraints.map(({ symbol, divisor }) => [symbol, divisor])).toEqual([
      ['H', 12],
      ['W', 12],
    ]);
  });
});

describe('positions', () => {
  it('counts along an axis, at whatever size', () => {
    const ir = irOf('mfn 1\nmodel Net {\n  in  x: [B, H, W, 3]\n  out y: tensor\n  y = positions([2, W, 2], axis: 1) + 0 * sum(x)\n}\n');
    expect(verifyIR(JSON.parse(JSON.stringify(ir)))).toEqual([]);
    const program = lowerInference(ir, { batch: 1, height: 1, width: 3 });
    expect(Array.from(interpret(program, new Map([['x', wave(9, 1)]])).get('y')?.values ?? [])).toEqual([
      0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2,
    ]);
  });
});
