import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lowerInference } from '../../src/compiler/3-lower/index.js';
import { decodeSafetensors } from '../../src/runtime/checkpoint/safetensors.js';
import { findEngine } from '../../src/runtime/engines/index.js';
import { relativeDifference, runOnce } from '../parity/engines.js';
import { interpret } from '../support/reference/interpret.js';
import { irOf } from '../support/shipped-models.js';

// Inputs, weights and outputs by PyTorch (test/python/block_references.py).
const file = path.resolve(import.meta.dirname, 'references/blocks.safetensors');
const { tensors } = decodeSafetensors(readFileSync(file), file);

/** The module and the call of each case; functions are called without parentheses. */
const cases: readonly (readonly [name: string, module: string, call: string])[] = [
  ['LayerNorm', 'normalization', 'LayerNorm()'],
  ['BiasFreeLayerNorm', 'normalization', 'BiasFreeLayerNorm()'],
  ['GroupNorm', 'normalization', 'GroupNorm(3)'],
  ['InstanceNorm', 'normalization', 'InstanceNorm()'],
  ['PReLU', 'activations', 'PReLU(per_channel: true)'],
  ...['gelu', 'gelu_tanh', 'silu', 'mish', 'elu', 'hard_sigmoid', 'hard_swish'].map((name) => [name, 'activations', name] as const),
  ['WindowAttention', 'attention', 'WindowAttention(2, 4)'],
  ['WindowAttention shifted', 'attention', 'WindowAttention(2, 4, shift: 2)'],
  ['TransposedAttention', 'attention', 'TransposedAttention(2)'],
  ['GatedFeedForward', 'attention', 'GatedFeedForward(2.5)'],
  ['DynamicConv', 'attention', 'DynamicConv(5, 3, kernels: 3, reduction: 2, temperature: 2)'],
];

describe('blocks of the library give what PyTorch gives', () => {
  test.each(cases)('%s', async (name, module, call) => {
    const x = tensors.get(`${name}/x`);
    const y = tensors.get(`${name}/y`);
    if (!x || !y) throw new Error(`there are no references for ${name}`);
    const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
    const declared = call.replace(/\(.*/, '');
    const net = call === declared ? '' : `  net = ${call}\n`;
    const text = `mfn 1
import { ${declared} } from "std/${module}"
model Net {
  in  x: [B, H, W, ${channels}]
  out y: tensor
${net}  y = ${net === '' ? call : 'net'}(x)
}
`;
    const program = lowerInference(irOf(text), { batch, height, width });
    const feeds = new Map<string, ArrayLike<number>>(
      program.inputs.map((input) => {
        const found = tensors.get(`${name}/${input.name}`);
        expect(found?.shape, input.name).toEqual(program.tensors[input.tensor]?.shape);
        return [input.name, found?.values ?? []];
      }),
    );
    const wanted = [...tensors.keys()].filter((key) => key.startsWith(`${name}/`) && key !== `${name}/y`);
    expect(wanted.map((key) => key.slice(name.length + 1)).sort()).toEqual([...feeds.keys()].sort());
    const exact = interpret(program, feeds).get('y');
    if (!exact) throw new Error('the Program has no y');
    expect(relativeDifference({ shape: exact.shape, values: Float32Array.from(exact.values) }, y)).toBeLessThan(1e-6);
    const found = (await runOnce(await findEngine('onnx'), program, feeds)).get('y');
    expect(relativeDifference(found, y)).toBeLessThan(1e-5);
  });

  test('all references are used', () => {
    const names = new Set([...tensors.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))));
    expect([...names].sort()).toEqual(cases.map(([name]) => name).sort());
  });
});
