import { describe, expect, it } from 'vitest';
import { lowerTrainStep } from '../../src/compiler/3-lower/index.js';
import { analyzeText } from '../support/analyze-text.js';

const source = (block: string, stage = 'minimize L over n = l1(n(low), normal)') =>
  [
    'mfn 1',
    'import { conv } from "std/blocks"',
    'import { l1 } from "std/losses"',
    'block Inner() { in x: [B, H, W, C]  out y: [B, H, W, C]  out aside: [B, H, W, C]',
    '  y = x |> conv(C, 3) as used  aside = x |> conv(C, 1) as spare }',
    `block Outer() { in x: image  out y: image  ${block} }`,
    'model M { in low: image  out high: image  n = Outer()  high = n(low) }',
    'training of M {',
    '  data { pair(low, normal)  patch 8 x 8  batch 2 }',
    '  adam { rate = 1e-3 }',
    `  stage only for 1 epochs { ${stage} }`,
    '}',
    '',
  ].join('\n');

/** The warnings, and the weights that the train step really leaves out: the compiler's gradient is the reference. */
function check(text: string): { readonly told: string[]; readonly untrained: string[] } {
  const { ir, diagnostics } = analyzeText(text);
  if (!ir) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const { program, minimizers } = lowerTrainStep(ir, 'only');
  const trained = new Set(minimizers.flatMap(({ weights }) => weights));
  const parameters = program.inputs.filter(({ role }) => role === 'parameter').map(({ name }) => name);
  return {
    told: diagnostics.filter(({ code }) => code === 'MFN4040').map(({ message }) => message),
    untrained: parameters.filter((name) => !trained.has(name)),
  };
}

describe('weights of a trained instance that the gradient does not reach', () => {
  it('are told with their path: behind a stop', () => {
    const { told, untrained } = check(source('a = x |> conv(3, 3) as first  y = a + stop(x |> conv(3, 1) as second)'));
    expect(told).toEqual(['the gradient of `L` does not reach `n.second.kernel` and 1 other weight of `n`']);
    expect(untrained).toEqual(['n.second.kernel', 'n.second.bias']);
  });

  it('are told when only an output that nobody uses needs them, however deep', () => {
    const { told } = check(source('i = Inner()  r = i(x)  y = r.y'));
    expect(told).toEqual(['the gradient of `L` does not reach `n.i.spare.kernel` and 1 other weight of `n`']);
  });

  it('are none where another application reaches them', () => {
    const block = 'c = conv(3, 3)  y = c(x) + stop(c(x + 1))';
    expect(check(source(block))).toEqual({ told: [], untrained: [] });
  });

  it('are none where all are reached', () => {
    expect(check(source('y = x |> conv(3, 3) as first |> relu |> conv(3, 1) as second')).told).toEqual([]);
  });
});
