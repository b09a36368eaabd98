import { describe, expect, it } from 'vitest';
import type { FunctionCall } from '../../src/compiler/ir/ir.js';
import { verifyIR } from '../../src/compiler/ir/verify-ir.js';
import { analyzeText } from '../support/analyze-text.js';

const source = (...body: string[]) =>
  [
    'mfn 1',
    'import { gan, l1, kl } from "std/losses"',
    'import { conv } from "std/blocks"',
    'function scaled(x: tensor, unused: tensor, by: float = 2.0) = by * mean(x)',
    'model M { in low: image  out y: image  last = conv(3, 3)  y = last(low) }',
    'training of M {',
    '  data { pair(low, normal)  unpaired(reference)  patch 8 x 8  batch 2 }',
    '  adam { rate = 1e-3 }',
    `  stage only for 1 epochs { a = last(low)  ${body.join('  ')} }`,
    '}',
    '',
  ].join('\n');

/** The calls within the stage, as text: `mean(x: %1) = %2`. */
function callsOf(...body: string[]): string[] {
  const { ir, diagnostics } = analyzeText(source(...body));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(verifyIR(ir)).toEqual([]);
  const stage = ir?.definitions.find(({ id }) => id === 'M.only');
  const told = (call: FunctionCall) =>
    call.arguments.map(
      (argument) =>
        `${argument.name}: ${'value' in argument ? argument.value : JSON.stringify('data' in argument ? argument.data : argument.values)}`,
    );
  return (stage?.functionCalls ?? []).map((call) => `${call.function}(${told(call).join(', ')})`);
}

describe('the calls of functions in the IR', () => {
  it('stand with their arguments, inner ones first, and leave out defaults', () => {
    expect(callsOf('minimize L over last = l1(a, normal)')).toEqual(['mean(x: %3)', 'l1(a: %1, b: normal)']);
    expect(callsOf('minimize L over last = kl(a, normal, per_channel: true)').at(-1)).toBe('kl(p: %1, q: normal, per_channel: true)');
  });

  it('carry the namespace, and data as data', () => {
    expect(callsOf('minimize L over last = gan.fool(a)').at(-1)).toBe('gan.fool(fake: %1)');
    expect(callsOf('minimize L over last = mean(softmax(a, [1, 2]))')).toContain('softmax(x: %1, axes: [1,2])');
  });

  it('that name an input which nothing uses, and which is therefore no input, are left out', () => {
    const calls = callsOf('minimize L over last = l1(a, normal) + scaled(a, reference)');
    expect(calls).toContain('l1(a: %1, b: normal)');
    expect(calls.some((call) => call.startsWith('scaled'))).toBe(false);
  });
});
