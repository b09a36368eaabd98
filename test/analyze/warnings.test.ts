import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeFile } from '../../src/cli/analyze-file.js';
import { modelsIn } from '../../src/cli/models-in.js';
import { standardLibrary } from '../../src/compiler/stdlib/sources.js';
import { analyzeText } from '../support/analyze-text.js';

const model = (body: string, declarations = ''): string =>
  `mfn 1\nimport { conv } from "std/blocks"\n${declarations}model M {\n  in x: image in [-1, 1]\n  out y: tensor\n${body}\n}\n`;

/** A training whose one loss is `loss`, of `high = layer(low)` and `normal`. */
const training = (loss: string, { rate = '1e-3', duration = '5 epochs', more = '' } = {}): string => `mfn 1
import { conv } from "std/blocks"
model M {
  in low: image in [-1, 1]
  out y: image
  layer = conv(3, 3)
  y = layer(low)
}
training of M {
  data { pair(low, normal)  patch 32 x 32  batch 4 }
  adam { rate = ${rate} }
  stage s for ${duration} {
    high = layer(low)
    ${more}
    minimize loss over layer = mean(square(high - normal)) + ${loss}
  }
}
`;

const found = (text: string): string[] =>
  analyzeText(text).diagnostics.map(({ code, message, span }) => `${code} ${text.slice(span.start, span.end)}: ${message}`);

describe('what leads nowhere', () => {
  it.each([
    [
      'a chain of values: the last is unused, the others reach nothing',
      model('  a = conv(8, 3)(x)\n  b = relu(a)\n  let n = 2\n  c = b * n\n  y = x'),
      [
        'MFN1023 a: the value `a` reaches no output and no loss',
        'MFN1023 b: the value `b` reaches no output and no loss',
        'MFN1023 n: the `let` `n` reaches no output and no loss',
        'MFN1005 c: the value `c` is never used',
      ],
    ],
    [
      'a family that only itself uses',
      model('  f[0] = x\n  for i in 1..3 { f[i] = relu(f[i - 1]) }\n  y = x |> conv(3, 3)'),
      ['MFN1023 f: the family `f` reaches no output and no loss'],
    ],
    [
      'a value of a stage',
      training('0.1', { more: 'a = high * 2\n    _b = a' }),
      ['MFN1023 a: the value `a` reaches no output and no loss'],
    ],
    [
      'declarations of a file with a model',
      model(
        '  y = x',
        'block B {\n  in x: tensor\n  out z: tensor\n  z = x |> conv(3, 3)\n}\nfunction f(a: int) = a\nlet n = 1\nnamespace s { function g(a: int) = a }\n',
      ),
      [
        'MFN1022 B: the block `B` is no part of the model `M`: nothing in this file uses it',
        'MFN1022 f: the function `f` is no part of the model `M`: nothing in this file uses it',
        'MFN1022 n: the `let` `n` is no part of the model `M`: nothing in this file uses it',
        'MFN1022 s: the namespace `s` is no part of the model `M`: nothing in this file uses it',
      ],
    ],
  ])('is told: %s', (_, text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each([
    [
      'a value that a loop of an output uses',
      model('  let n = 2\n  f[0] = x\n  for i in 1..n { f[i] = relu(f[i - 1]) }\n  y = f[n] |> conv(3, 3)'),
    ],
    ['names that begin with _', model('  _a = conv(8, 3)(x)\n  y = x |> conv(3, 3)', 'let _n = 1\n')],
    ['what a logged value uses', training('0.1', { more: 'a = high * 2\n    log brightness = mean(a)' })],
    ['declarations of a file without a model', 'mfn 1\nfunction f(a: int) = a\nlet n = 1\n'],
  ])('is not: %s', (_, text) => {
    expect(analyzeText(text, { requireModel: false }).diagnostics).toEqual([]);
  });

  it('is not told while there are errors, which may be why', () => {
    const text = model('  a = x |> conv(8, 3)\n  y = cnov(3, 3)(b)', 'let unused = 1\n');
    expect(found(text).map((line) => line.slice(0, 7))).toEqual(['MFN1005', 'MFN1001', 'MFN1001']);
  });
});

describe('a clip', () => {
  it.each(['clip(x, -1, 1)', 'clip(x, -2, 3)', 'x |> clip(-1, 1)'])('%s of values in [-1, 1] is told', (clip) => {
    expect(found(model(`  y = ${clip} |> conv(3, 3)`)).map((line) => line.slice(0, 7))).toEqual(['MFN2025']);
  });

  it.each(['clip(x, -1, 0.5)', 'clip(x, 0, 1)', 'clip(2 * x, -1, 1)'])('%s is not', (clip) => {
    expect(found(model(`  y = ${clip} |> conv(3, 3)`))).toEqual([]);
  });
});

describe('a loss', () => {
  it.each([
    ['0 * mean(high)', 'MFN4017 0 * mean(high)'],
    ['2 * (mean(high) * 0.0)', 'MFN4017 (mean(high) * 0.0)'],
    ['-mean(log(sigmoid(high)))', 'MFN4018 log(sigmoid(high))'],
    ['-mean(log(1 - sigmoid(high)))', 'MFN4018 log(1 - sigmoid(high))'],
    ['mean(sqrt(square(high - normal)))', 'MFN4019 sqrt(square(high - normal))'],
    ['mean((high * high + high ^ 2) ^ 0.5)', 'MFN4019 (high * high + high ^ 2) ^ 0.5'],
    ['mean(sqrt(2 * reduce_sum(square(high), axes: [3])))', 'MFN4019 sqrt(2 * reduce_sum(square(high), axes: [3]))'],
    ['mean(log(relu(high)))', 'MFN4019 log(relu(high))'],
    ['mean(log(clip(high, 0, 1)))', 'MFN4019 log(clip(high, 0, 1))'],
    ['mean(normal / abs(high))', 'MFN4019 normal / abs(high)'],
    ['mean(rsqrt(square(high)))', 'MFN4019 rsqrt(square(high))'],
  ])('with %s is told', (loss, expected) => {
    expect(found(training(loss)).map((line) => line.slice(0, expected.length))).toEqual([expected]);
  });

  it.each([
    'mean(softplus(-high))',
    'mean(sqrt(square(high) + 1e-6))',
    'sqrt(mean(square(high)))',
    'mean(sqrt(high + 2))',
    'mean(sqrt(square(normal)) * high)',
    'mean(log(sigmoid(high) + 1e-6))',
    'mean(log(clip(high, 1e-3, 1)))',
    'mean(stop(sqrt(square(high))) * high)',
  ])('with %s is not', (loss) => {
    expect(found(training(loss))).toEqual([]);
  });

  it('may have the weight 0 by a name, which a run can override', () => {
    expect(found(training('w * mean(high)', { more: 'let w = 0' }))).toEqual([]);
  });

  it('may log what has no gradient', () => {
    expect(found(training('0.1', { more: 'log spread = mean(sqrt(square(high)))' }))).toEqual([]);
  });
});

describe('a learning rate', () => {
  it.each([
    ['1e-3 / step', '100 steps', 'error MFN4020 the learning rate is Infinity at step 0 (epoch 0) of the stage `s`'],
    ['1e-3 * (1 - step / 50)', '100 steps', 'error MFN4020 the learning rate is -0.00002 at step 51 (epoch 0) of the stage `s`'],
    ['1e-3 * (3 - epoch)', '5 epochs', 'error MFN4020 the learning rate is -0.001 at step 4 (epoch 4) of the stage `s`'],
    ['(0 - step) ^ 0.5', '100 steps', 'error MFN4020 the learning rate is NaN at step 1 (epoch 0) of the stage `s`'],
    ['1e-4 * (1 - step / 100000)', '200000 steps', 'error MFN4020 the learning rate is -1.02e-7 at step 100102 (epoch 0) of the stage `s`'],
    ['1e-3 * 1.1 ^ step', '1000 steps', 'warning MFN4021 the learning rate grows to 1.051 at step 73 (epoch 0) of the stage `s`'],
  ])('%s for %s is told', (rate, duration, expected) => {
    const { diagnostics } = analyzeText(training('0.1', { rate, duration }));
    expect(diagnostics.map(({ severity, code, message }) => `${severity} ${code} ${message}`)).toEqual([expected]);
  });

  it.each([
    ['1e-3 * (1 - step / 100)', '100 steps'],
    ['1e-3 * min(step / 50, 1)', '100 steps'],
    ['5e-4 * 0.9 ^ (step / 6000)', '1000000 steps'],
    ['1e-3 * 0.5 ^ floor(epoch / 2)', '60 epochs'],
    ['0', '10 steps'],
  ])('%s for %s is not', (rate, duration) => {
    expect(found(training('0.1', { rate, duration }))).toEqual([]);
  });
});

describe('no warning is in what is shipped', () => {
  it.each([...standardLibrary.keys()])('%s', (name) => {
    expect(analyzeText({ [name]: '' }, { requireModel: false }).diagnostics).toEqual([]);
  });

  const models = readdirSync('models', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mfn'))
    .sort();
  it.each(models.flatMap((file) => modelsIn(path.join('models', file))))('%s', (model) => {
    expect(analyzeFile(model, { requireModel: false }).diagnostics).toEqual([]);
  });
});
