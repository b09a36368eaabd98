import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from './command-result.js';

const light = 'models/lw-drgn.mfn';
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'mfnc-compile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const output = (name = 'out') => path.join(folder, name);
const filesIn = (name = 'out') =>
  readdirSync(output(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(output(name), path.join(entry.parentPath, entry.name)))
    .sort();

describe('mfnc compile', () => {
  it('writes the IR, a SavedModel, an ONNX file and a summary that describes them', async () => {
    const { code, stdout } = await runCommand('compile', light, '-o', output(), '--size', '32x64', '--json');
    expect(code).toBe(0);
    expect(filesIn()).toEqual(['lw-drgn.ir.json', 'lw-drgn.onnx', 'savedmodel/saved_model.pb', 'summary.json']);
    const summary = JSON.parse(stdout);
    expect(JSON.parse(readFileSync(output('out/summary.json'), 'utf8'))).toEqual(summary);
    expect(summary).toMatchObject({
      model: 'LWDRGN',
      parameters: 660_486,
      weights: 'seed 1',
      inputs: [{ name: 'low', shape: [1, 32, 64, 3] }],
      outputs: [{ name: 'enhanced', shape: [1, 32, 64, 3] }],
    });
    for (const file of summary.files) expect(readFileSync(path.join(output(), file.path)).length).toBe(file.bytes);
  });

  it('writes only the targets asked for', async () => {
    expect((await runCommand('compile', light, '-o', output(), '--target', 'ir', '--size', '32x32')).code).toBe(0);
    expect(filesIn()).toEqual(['lw-drgn.ir.json', 'summary.json']);
    expect(JSON.parse(readFileSync(output('out/lw-drgn.ir.json'), 'utf8'))).toMatchObject({ ir: 1, model: { name: 'LWDRGN' } });
  });

  it('writes a LayersModel of TensorFlow.js, with the layers that it has not, and says which sizes it takes', async () => {
    const { code, stdout } = await runCommand('compile', 'models/drgn.mfn', '-o', output(), '--target', 'tfjs', '--size', '32x32');
    expect(code).toBe(0);
    expect(filesIn()).toEqual([
      'summary.json',
      'tfjs/custom-layers.js',
      ...[1, 2, 3, 4, 5].map((n) => `tfjs/group1-shard${n}of5.bin`),
      'tfjs/model.json',
    ]);
    expect(stdout).toContain('takes any batch, any height divisible by 8 and any width divisible by 8');
    expect(stdout).toContain(
      'tfjs/custom-layers.js defines MfncPadding, MfncDepthToSpace: call its register(tf) before tf.loadLayersModel',
    );
  });

  it('names the operator and the line of the source that no layer can do', async () => {
    const source = path.join(folder, 'flip.mfn');
    writeFileSync(source, 'mfn 1\n\nmodel Flip {\n  in  x: image\n  out y: tensor\n\n  y = transpose(x, permutation: [3, 1, 2, 0])\n}\n');
    const { code, stderr } = await runCommand('compile', source, '-o', output(), '--target', 'tfjs', '--size', '32x32');
    expect(code).toBe(2);
    expect(stderr).toContain(`${source}:7: transpose: moves the first axis, which is the batch in TensorFlow.js`);
    expect(existsSync(output())).toBe(false);
  });

  it('gives the same bytes for the same seed and others for another', async () => {
    const source = path.join(folder, 'net.mfn');
    writeFileSync(source, 'mfn 1\nimport { conv } from "std/blocks"\nmodel Net {\n  in  x: image\n  out y: image\n  y = x |> conv(3)\n}\n');
    const compile = async (name: string, seed: string) => {
      await runCommand('compile', source, '-o', output(name), '--target', 'onnx', '--size', '32x32', '--seed', seed);
      return readFileSync(output(`${name}/net.onnx`));
    };
    const first = await compile('a', '1');
    expect((await compile('b', '1')).equals(first)).toBe(true);
    expect((await compile('c', '2')).equals(first)).toBe(false);
  });
});

describe('what is refused, before anything is written', () => {
  it.each([
    ['an unknown target', ['--target', 'onx'], 'did you mean onnx'],
    ['a size that breaks the constraint', ['--size', '30x32'], 'nearest size'],
    ['a seed that is no number', ['--seed', 'x'], '--seed'],
    ['weights that are not there', ['--weights', 'nowhere.safetensors'], 'nowhere.safetensors'],
  ])('%s', async (_, options, words) => {
    const { code, stderr } = await runCommand('compile', light, '-o', output(), ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(existsSync(output())).toBe(false);
  });

  it('an output folder whose place is taken by a file, which stays as it is', async () => {
    writeFileSync(output(), 'mine');
    const { code, stderr } = await runCommand('compile', light, '-o', output(), '--target', 'ir', '--size', '32x32');
    expect(code).toBe(2);
    expect(stderr).toContain(output());
    expect(readFileSync(output(), 'utf8')).toBe('mine');
  });

  it('writes a SavedModel that convolves in bfloat16, and says that ONNX cannot', async () => {
    const { code, stdout } = await runCommand(
      ...['compile', light, '-o', output(), '--size', '32x64', '--target', 'savedmodel', '--precision', 'bfloat16', '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ precision: 'bfloat16' });
    const refused = await runCommand('compile', light, '-o', output('none'), '--size', '32x64', '--precision', 'bfloat16');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/onnx cannot be written with --precision bfloat16\n {2}hint: use --target ir,savedmodel/);
    expect(existsSync(output('none'))).toBe(false);
  });
});
