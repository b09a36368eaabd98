import { describe, expect, test } from 'vitest';
import { analyzeText } from '../support/analyze-text.js';

const ports = '  in  low: [B, H, W, 3]\n  out y: tensor';

/** A model with the statements given, `y` its output, behind declarations. */
const model = (body: string, declarations = ''): string => `mfn 1\n${declarations}\nmodel M {\n${ports}\n${body}\n}\n`;

const training = (items: string): string => `mfn 1
import { conv } from "std/blocks"
import { l1 } from "std/losses"
model M {
  in  low: image
  out enhanced: image
  net = conv(3, 3)
  enhanced = net(low)
}
training of M {
${items}
}
`;

const data = '  data { pair(low, bright)  patch 96 x 96  batch 16 }';
const stage = '  stage s for 1 epochs { minimize L over net = l1(net(low), bright) }';

const problems = (source: string): string[] =>
  analyzeText(source)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code, message, hint }) => `${code} ${message}${hint ? ` (${hint})` : ''}`);

describe('each mistake gives one error that names it', () => {
  test.each([
    [
      'an unknown name that is like no other',
      model('  y = low |> zzqqxx'),
      ['MFN1001 there is no name `zzqqxx` here (declare it, or import it)'],
    ],
    [
      'a name of the library that is not imported',
      model('  y = low |> RCAB(3)'),
      ['MFN1001 there is no name `RCAB` here (import it: `import { RCAB } from "std/blocks"`)'],
    ],
    [
      'a name near one in scope and one of the library',
      model('  y = lo * 2'),
      ['MFN1001 there is no name `lo` here (did you mean `log` or `low`?)'],
    ],
    ['a model without outputs', 'mfn 1\nmodel M {\n  in x: image\n}\n', ['MFN1021 `M` has no `out` port (add one: `out picture: image`)']],
    [
      'a model without inputs',
      'mfn 1\nmodel M {\n  out y: tensor\n  y = add(1, 2)\n}\n',
      ['MFN1021 `M` has no `in` port (add one: `in picture: image`)'],
    ],
    [
      'an output dimension that is used before the output has a value',
      model('  y = low |> P()', 'block P {\n  in x: [B, H, W, C]\n  out z: [B, H2, W, C]\n  let n = H2\n  z = x * n\n}'),
      ['MFN1004 `H2` is used before it has a value (move the statement that defines it up)'],
    ],
    [
      'a `let` that is used, through a function, before it has a value',
      model('  y = low * a', 'let a = f(1)\nfunction f(n: int) = n * b\nlet b = 2'),
      ['MFN1004 `b` is used before it has a value (move the statement that defines it up)'],
    ],
    [
      'a range of values that is upside down',
      'mfn 1\nmodel M {\n  in x: image in [1, -1]\n  out y: image\n  y = x\n}\n',
      ['MFN2001 a range of values must be a lower and an upper bound, not the int 1 and the int -1'],
    ],
    [
      'a start of weights that divides by zero',
      model(
        '  y = low |> P()',
        'block P {\n  in x: [B, H, W, C]\n  out z: tensor\n  weight k: [C] = kaiming_uniform(fan_in: 0)\n  z = x * k\n}',
      ),
      ['MFN2001 `fan_in` of `kaiming_uniform` must be a number of at least 1, not the int 0'],
    ],
    [
      'a number that float32 cannot hold',
      model('  y = low * 1e300'),
      ['MFN2016 a number in a tensor is 1e+300, outside -3.4028234663852886e+38 to 3.4028234663852886e+38'],
    ],
    [
      'a name for an argument of `min`',
      model('  y = low * min(a: 1, 2)'),
      ['MFN2003 `min` has no parameter `a` (its parameters are numbers without names)'],
    ],
    ['a clip between nothing', model('  y = clip(low, 5, 1)'), ['MFN3001 `clip`: nothing lies between a minimum of 5 and a maximum of 1']],
    [
      'a slice beyond a height that is not known',
      model('  y = slice(low, begin: [0, 2, 0, 0], size: [B, H - 1, W, 3])'),
      ['MFN3001 `slice`: axis 1 has H elements; a slice from 2 to H + 1 reaches beyond it'],
    ],
    [
      'a slice of less than nothing',
      model('  y = slice(low, begin: [0, 0, 0, 0], size: [B, H, W, -1])'),
      ['MFN3001 `slice`: a slice has at least one element along axis 3, not -1'],
    ],
    [
      'a limit that is reached says nothing of the model',
      model('  y = low', 'function f(n: int) = f(n + 1)\nlet _a = f(1)'),
      ['MFN2014 `f` uses itself 64 levels deep (end the recursion with an `if` on a parameter that gets smaller)'],
    ],
    [
      'instances of a loop that have one path',
      model('  for i in 1..2 { _t = low |> conv(i) }\n  y = low', 'import { conv } from "std/blocks"'),
      ['MFN1019 two instances have the path `_t` (number the values of a loop, so that each turn has its own: `f[i] = ...`)'],
    ],
    [
      'instances whose paths meet inside one of them',
      model(
        '  y = low |> conv(8) as first |> repeat(2) as g { P() |> repeat(2) as h { conv(8) } }',
        'import { conv } from "std/blocks"\nblock P {\n  in x: tensor\n  out z: tensor\n  z = x |> repeat(2) as h { conv(8) }\n}',
      ),
      ['MFN1019 two instances have the path `g[1].h[1]` (give each one a label of its own: `conv(64, 3) as squeeze`)'],
    ],
  ])('%s', (_name, source, expected) => {
    expect(problems(source)).toEqual(expected);
  });

  test.each([
    [
      'a stream in the rate of the training',
      `${data}\n  adam { rate = bright }\n${stage}`,
      'MFN1001 there is no name `bright` here (declare it, or import it)',
    ],
    [
      'a stream in a `let` of the training',
      `${data}\n  let _a = bright\n  adam { rate = 1e-4 }\n${stage}`,
      'MFN1001 there is no name `bright` here (declare it, or import it)',
    ],
    [
      'two optimizers of a training',
      `${data}\n  adam { rate = 1e-4 }\n  adam { beta1 = 0.5 }\n${stage}`,
      'MFN4016 the training has an optimizer twice (keep one of them, or rename one)',
    ],
    [
      'a beta of 1',
      `${data}\n  adam { rate = 1e-4  beta1 = 1 }\n${stage}`,
      'MFN2001 `beta1` must be a number from 0 to below 1, not the int 1',
    ],
    [
      'a negative rate',
      `${data}\n  adam { rate = -1 }\n${stage}`,
      'MFN2001 the learning rate must be a number of at least 0, not the int -1',
    ],
    [
      'two sections of averages',
      `${data}\n  adam { rate = 1e-4 }\n  ema { decay = 0.9 }\n  ema { decay = 0.5 }\n${stage}`,
      'MFN4016 the training has an `ema` section twice (keep one of them, or rename one)',
    ],
    [
      'averages that never change',
      `${data}\n  adam { rate = 1e-4 }\n  ema { decay = 1.5 - epoch / 10 }\n${stage}`,
      'MFN4022 the decay of the averages is 1.5 at step 0 (epoch 0) of the stage `s` (a decay is at least 0 and below 1 at every step, as 0.999; `step` and `epoch` count from 0)',
    ],
    [
      'a norm below 0',
      `${data}\n  adam { rate = 1e-4 }\n  gradients { clip_norm = -1 }\n${stage}`,
      'MFN2001 `clip_norm` must be a number of at least 0 (0 turns it off), not the int -1',
    ],
    [
      'a norm that depends on the step',
      `${data}\n  adam { rate = 1e-4 }\n  gradients { clip_norm = step }\n${stage}`,
      'MFN1001 there is no name `step` here (did you mean `stop`?)',
    ],
    [
      'a number for a truth value',
      `${data}\n  adam { rate = 1e-4 }\n  gradients { log_norm = 1 }\n${stage}`,
      'MFN2001 `log_norm` must be true or false, not the int 1',
    ],
    [
      'a setting that belongs to another section',
      `${data}\n  adam { rate = 1e-4 }\n  gradients { decay = 0.9 }\n${stage}`,
      'MFN4010 `gradients` has no setting `decay` (it has `clip_value`, `clip_norm` and `log_norm`)',
    ],
    [
      'averages that are warmed up by a setting',
      `${data}\n  adam { rate = 1e-4 }\n  ema { decay = 0.9  warmup = true }\n${stage}`,
      'MFN4010 `ema` has no setting `warmup` (`decay` may depend on the step: decay = min(0.999, (1 + step) / (10 + step)))',
    ],
    [
      'AdamW by its own name',
      `${data}\n  adamw { rate = 1e-4  weight_decay = 0.1 }\n${stage}`,
      'MFN4009 there is no optimizer `adamw` (`adam` with a `weight_decay` is AdamW)',
    ],
    [
      'a loss whose gradient only the condition of a `select` could carry',
      `${data}\n  adam { rate = 1e-4 }\n  stage s for 1 epochs { minimize L over net = mean(select(net(low), low, bright)) }`,
      'MFN4003 the gradient of `L` does not reach `net` (is a `stop` misplaced, or another instance meant?)',
    ],
  ])('%s', (_name, items, expected) => {
    expect(problems(training(items)).filter((problem) => !problem.startsWith('MFN1005'))).toEqual([expected]);
  });
});

describe('what is too large is refused at once', () => {
  const doubled = ['let a0 = [1.0, 2.0]', ...Array.from({ length: 40 }, (_, i) => `let a${i + 1} = [a${i}, a${i}]`)].join('\n');
  const nested = ['let a0 = [1.0]', ...Array.from({ length: 100 }, (_, i) => `let a${i + 1} = [a${i}]`)].join('\n');

  test.each([
    ['a sum over a range', model('  y = low * total(1..1000000000)'), 'MFN2013 a range of 1000000000 numbers exceeds the limit of 10000'],
    [
      'a range as a parameter',
      model('  y = low * n', 'function f(a: int[]) = length(a)\nlet n = f(1..9007199254740991)'),
      'MFN2013 a range of 9007199254740991 numbers exceeds the limit of 10000',
    ],
    [
      'a list doubled forty times',
      model('  y = low * reduce_mean(a40)', doubled),
      'MFN2013 the number of elements of a list exceeds the limit of 250000',
    ],
    [
      'a list nested a hundred times',
      model('  y = low * reduce_mean(a100)', nested),
      'MFN2013 the nesting of lists exceeds the limit of 64',
    ],
    [
      'an extent beyond what can be counted',
      model('  let n = H * 9007199254740991 * 5\n  y = broadcast_to(reduce_mean(low), shape: [B, n, W, 3])'),
      'MFN2011 9007199254740991*H * 5 leaves the whole numbers that can be held exactly',
    ],
    [
      'an extent that operators make',
      model(`  f[0] = low\n  for i in 1..60 { f[i] = concat(f[i - 1], f[i - 1], axis: 1) }\n  y = f[60]`),
      'MFN2011 the extent 9007199254740992*H of `concat` leaves the whole numbers that can be held exactly',
    ],
  ])('%s', (_name, source, expected) => {
    const start = performance.now();
    expect(problems(source).map((problem) => problem.replace(/ \(.*/, ''))).toEqual([expected]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('blocks that apply each other twice, thirty levels deep', () => {
    const block = (name: string, body: string): string => `block ${name} { in x: tensor  out z: tensor  ${body} }`;
    const levels = Array.from({ length: 30 }, (_, i) => block(`A${i + 1}`, `a = A${i}()  z = a(a(x))`));
    const source = model('  y = low |> A30()', [block('A0', 'z = x * 2'), ...levels].join('\n'));
    expect(problems(source)).toEqual([
      'MFN2013 the number of operations of `M`, its blocks included, exceeds the limit of 1000000 (is a bound or a size mistyped?)',
    ]);
  });

  test('a stride of a hundred million', () => {
    const source = model(
      '  y = low + (low |> conv(8, 3, stride: 100000007) |> deconv(3, 4, stride: 100000007))',
      'import { conv, deconv } from "std/blocks"',
    );
    const { ir } = analyzeText(source);
    expect(ir?.model.constraints.map(({ symbol, divisor }) => `${symbol} ${divisor}`)).toEqual(['H 100000007', 'W 100000007']);
  });
});

test('a block is built anew for another extent that is known only when the model runs', () => {
  const block =
    'block Fill(rows: int, columns: int) {\n  in x: [B, H, W, C]\n  out z: tensor\n  z = broadcast_to(reduce_mean(x), shape: [B, rows, columns, C])\n}';
  const { ir, diagnostics } = analyzeText(model('  _square = low |> Fill(H, H) as same\n  y = low |> Fill(W, H) as turned', block));
  expect(diagnostics).toEqual([]);
  const fills = ir?.definitions.filter((definition) => definition.block === 'Fill');
  expect(fills?.map(({ parameters, outputs }) => [parameters, outputs[0]?.shape])).toEqual([
    [{ rows: 'H', columns: 'H' }, ['B', 'H', 'H', 3]],
    [{ rows: 'W', columns: 'H' }, ['B', 'W', 'H', 3]],
  ]);
});
