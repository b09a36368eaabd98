import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initializeWeights } from '../../src/compiler/3-lower/index.js';
import { encodeWeights, readWeights, writeWeights } from '../../src/runtime/checkpoint/index.js';
import { irOf, modelText } from '../support/shipped-models.js';
import { runCommand } from './command-result.js';

const model = 'models/lw-drgn.mfn';
const folder = mkdtempSync(path.join(os.tmpdir(), 'mfnc-weights-'));
const at = (name: string): string => path.join(folder, name);
const weights = at('weights.safetensors');
const options = ['--model', model, '--size', '16x16', '--json'];

const hashOf = async (file: string): Promise<string> => JSON.parse((await runCommand('weights', 'show', file, '--json')).stdout).sha256;

beforeAll(async () => {
  // Narrow, so that the model's own width has to come from the weights.
  const ir = irOf(modelText('lw-drgn'), { parameters: { width: 8 } });
  await writeWeights(weights, ir, initializeWeights(ir, 1));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('mfnc weights show', () => {
  it('lists tensors, whose they are and a hash', async () => {
    const { code, stdout } = await runCommand('weights', 'show', weights);
    expect(code).toBe(0);
    expect(stdout).toContain('a safetensors file, of LWDRGN, width: 8');
    expect(stdout).toMatch(/^deg\.y\[0\]\.kernel +\[3, 3, 3, 8\] +216$/m);
    expect(stdout).toMatch(/^168 tensors, [\d,]+ values, SHA-256 [0-9a-f]{64}$/m);
  });

  it('prints the same as JSON', async () => {
    const shown = JSON.parse((await runCommand('weights', 'show', weights, '--json')).stdout);
    expect(shown).toMatchObject({ form: 'safetensors', model: 'LWDRGN', parameters: { width: 8 } });
    expect(shown.tensors[0]).toEqual({ name: 'deg.y[0].kernel', shape: [3, 3, 3, 8] });
    expect(shown.tensors).toHaveLength(168);
  });
});

describe('mfnc weights convert', () => {
  it('writes every kind, and each comes back with the same hash', async () => {
    const expected = await hashOf(weights);
    const outputs = { 'net.onnx': [], saved: ['--to', 'savedmodel'], page: ['--to', 'tfjs'] };
    for (const [name, more] of Object.entries(outputs)) {
      const { code, stdout } = await runCommand('weights', 'convert', weights, '-o', at(name), ...options, ...more);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ tensors: 168, sha256: expected });
      expect(await hashOf(at(name))).toBe(expected);
      const back = await runCommand('weights', 'convert', at(name), '-o', at(`${name}.safetensors`));
      expect(back.stdout).toContain(`168 tensors as a safetensors file in ${at(`${name}.safetensors`)}, SHA-256 ${expected}`);
      expect(await hashOf(at(`${name}.safetensors`))).toBe(expected);
    }
  });

  it('gives files that every command with --weights takes', async () => {
    await runCommand('weights', 'convert', weights, '-o', at('again.onnx'), ...options);
    const compiled = await runCommand(
      'compile',
      model,
      '-o',
      at('out'),
      '--target',
      'tfjs',
      '--size',
      '16x16',
      '--weights',
      at('again.onnx'),
    );
    expect(compiled.code).toBe(0);
    expect(await hashOf(at('out/tfjs'))).toBe(await hashOf(weights));
  });

  it('stores float16 in half the bytes, with the hash of the rounded values', async () => {
    const { code, stdout } = await runCommand('weights', 'convert', weights, '-o', at('half.safetensors'), '--type', 'float16', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).sha256).not.toBe(await hashOf(weights));
    expect(await hashOf(at('half.safetensors'))).toBe(JSON.parse(stdout).sha256);
    const values = 2 * JSON.parse((await runCommand('weights', 'show', weights, '--json')).stdout).values;
    expect(Math.abs(statSync(weights).size - statSync(at('half.safetensors')).size - values)).toBeLessThan(1000);
    const [exact, half] = await Promise.all([readWeights(weights), readWeights(at('half.safetensors'))]);
    for (const [name, { shape, values }] of exact.tensors) {
      const rounded = half.tensors.get(name);
      expect(rounded?.shape).toEqual(shape);
      // Half precision has 11 bits, and steps of 2^-24 near zero.
      for (const [i, value] of values.entries())
        expect(Math.abs((rounded?.values[i] as number) - value)).toBeLessThanOrEqual(Math.max(2 ** -25, 2 ** -11 * Math.abs(value)));
    }
  });

  it('refuses values beyond the range of float16', async () => {
    const { model: name, parameters, tensors } = await readWeights(weights);
    const [[first, { shape, values }]] = [...tensors] as [[string, { shape: readonly number[]; values: Float32Array }]];
    const large = new Map([...tensors, [first, { shape, values: values.map((value, i) => (i === 3 ? 65520 : value)) }] as const]);
    writeFileSync(at('large.safetensors'), Buffer.concat(encodeWeights({ model: name, parameters }, large)));
    const { code, stderr } = await runCommand(
      'weights',
      'convert',
      at('large.safetensors'),
      '-o',
      at('x.safetensors'),
      '--type',
      'float16',
    );
    expect(code).toBe(2);
    expect(stderr).toContain(`${first} holds 65520; float16 ends at 65504`);
    expect(existsSync(at('x.safetensors'))).toBe(false);
  });

  it.each([
    ['float16 in another kind of file', ['-o', at('x.onnx'), '--type', 'float16'], '--type float16 is for safetensors files'],
    ['an output that does not say what it is', ['-o', at('x')], 'give one with --to'],
    ['an unknown kind', ['-o', at('x'), '--to', 'keras'], "--to has no 'keras'"],
    ['a network without its source', ['-o', at('x.onnx')], 'name its source with --model'],
    [
      'weights of another model',
      ['-o', at('x.safetensors'), '--model', 'models/drgn.mfn'],
      'holds the weights of LWDRGN (width: 8), not of DRGN',
    ],
    ['a size that the model does not take', ['-o', at('x.onnx'), '--model', model, '--size', '15x16'], 'nearest size'],
  ])('refuses %s', async (_, more, words) => {
    const { code, stderr } = await runCommand('weights', 'convert', weights, ...more);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    for (const name of ['x', 'x.onnx', 'x.safetensors']) expect(existsSync(at(name))).toBe(false);
  });

  it('refuses what is no weights, and says what it is', async () => {
    writeFileSync(at('torch.pth'), 'PK\x03\x04 a ZIP archive');
    const { code, stderr } = await runCommand('weights', 'convert', at('torch.pth'), '-o', at('x.safetensors'));
    expect(code).toBe(2);
    expect(stderr).toContain('is a ZIP archive, as PyTorch');
  });
});
