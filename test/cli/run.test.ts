import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../src/runtime/checkpoint/index.js';
import type { HostTensor } from '../../src/runtime/engines/index.js';
import { runCommand } from './command-result.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'mfnc-run-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two inputs and three outputs, of which one is no image; no weights. */
const twoPorts = `mfn 1
model Blend {
  in  first: image
  in  second: [B, H, W, 1]
  out blended: tensor
  out half: tensor
  out level: tensor
  blended = first * second
  half = blended |> average_pool(2)
  level = reduce_mean(blended, axes: [1, 2])
}
`;
const doubled = `mfn 1
model Double {
  in  low: image
  out enhanced: image
  enhanced = 2 * (low |> space_to_depth(2) |> depth_to_space(2))
}
`;
const weighted = `mfn 1
import { conv } from "std/blocks"
model Weighted {
  in  low: image
  out enhanced: image
  enhanced = low |> conv(3, 1) as only
}
`;

const numbered = (...shape: number[]): HostTensor => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => i / 8),
});

function write(name: string, tensors: Record<string, HostTensor>, metadata: Record<string, string> = {}): string {
  writeFileSync(at(name), Buffer.concat(encodeSafetensors({ metadata, tensors: new Map(Object.entries(tensors)) })));
  return at(name);
}

const read = (name: string) => decodeSafetensors(readFileSync(at(name)), name).tensors;

/** Runs a model on tensors; the result's file is `name`. */
const run = (model: string, inputs: string, name: string, ...more: string[]) =>
  runCommand('run', at(model), '--inputs', inputs, '-o', at(name), '--engine', 'tfjs-cpu', ...more);

beforeAll(() => {
  writeFileSync(at('blend.mfn'), twoPorts);
  writeFileSync(at('double.mfn'), doubled);
  writeFileSync(at('weighted.mfn'), weighted);
});

describe('mfnc run', () => {
  it('takes any number of inputs and gives all outputs, by name', async () => {
    const inputs = write('both', { second: numbered(1, 2, 4, 1), first: numbered(1, 2, 4, 3) });
    expect(await run('blend.mfn', inputs, 'blended')).toMatchObject({ code: 0, stderr: '' });
    const results = read('blended');
    expect([...results].map(([name, { shape }]) => [name, shape])).toEqual([
      ['blended', [1, 2, 4, 3]],
      ['half', [1, 1, 2, 3]],
      ['level', [1, 3]],
    ]);
    expect([...(results.get('blended')?.values ?? [])]).toEqual(Array.from({ length: 24 }, (_, i) => (i / 8) * (Math.floor(i / 3) / 8)));
  });

  it('takes NCHW by the ends of names, by the option and by the metadata, and gives NCHW back', async () => {
    // Channel 1 of the second row, first column: NCHW [0, 1, 1, 0] of 1x3x2x4 is element 12.
    const image = numbered(1, 3, 2, 4);
    const cases = {
      named: [write('named', { low_nchw: image })],
      option: [write('option', { low: image }), '--layout', 'nchw'],
      metadata: [write('metadata', { low: image }, { layout: 'NCHW' })],
    } as const;
    for (const [name, [file, ...more]] of Object.entries(cases)) {
      expect(await run('double.mfn', file, `${name}.out`, ...more), name).toMatchObject({ code: 0, stderr: '' });
      const result = read(`${name}.out`).get('enhanced_nchw');
      expect(result?.shape, name).toEqual([1, 3, 2, 4]);
      expect([...(result?.values ?? [])], name).toEqual([...image.values].map((value) => 2 * value));
    }
  });

  it('gives the other layout where it is asked for', async () => {
    const inputs = write('turned', { low_nchw: numbered(1, 3, 2, 4) });
    await run('double.mfn', inputs, 'turned.out', '--layout', 'nhwc');
    const result = read('turned.out').get('enhanced');
    expect(result?.shape).toEqual([1, 2, 4, 3]);
    expect(result?.values[(1 * 4 + 0) * 3 + 1]).toBe((2 * 12) / 8);
  });

  it('knows the only input and output as `input` and `output`, and compares with what is named as an output', async () => {
    const image = numbered(1, 3, 2, 4);
    const wanted = { shape: image.shape, values: image.values.map((value, i) => 2 * value + (i === 5 ? 0.25 : 0)) };
    const inputs = write('plain', { input_nchw: image, output_nchw: wanted });
    const { code, stdout } = await run('double.mfn', inputs, 'plain.out', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      model: 'Double',
      engine: 'tfjs-cpu',
      precision: 'float32',
      inputs: [{ tensor: 'input_nchw', port: 'low', layout: 'nchw', shape: [1, 3, 2, 4], minimum: 0, maximum: 2.875, mean: 1.4375 }],
      outputs: [
        {
          tensor: 'output_nchw',
          port: 'enhanced',
          layout: 'nchw',
          shape: [1, 3, 2, 4],
          minimum: 0,
          maximum: 5.75,
          mean: 2.875,
          difference: 0.25,
        },
      ],
      output: at('plain.out'),
    });
    expect([...read('plain.out').keys()]).toEqual(['output_nchw']);
    expect((await run('double.mfn', inputs, 'plain.out')).stdout).toContain(
      'output_nchw differs from that in the file of the inputs by at most 2.50e-1',
    );
  });

  it.each([
    ['an unknown name', 'double.mfn', { lwo: numbered(1, 2, 2, 3) }, 'lwo is no input of Double; did you mean low?'],
    ['a missing input', 'blend.mfn', { first: numbered(1, 2, 2, 3) }, 'the input second [B, H, W, 1] is missing'],
    ['an input given twice', 'double.mfn', { low: numbered(1, 2, 2, 3), low_nchw: numbered(1, 3, 2, 2) }, 'low and low_nchw are both low'],
    [
      'NCHW under a plain name',
      'double.mfn',
      { low: numbered(1, 3, 2, 4) },
      'low is [1, 3, 2, 4] (NHWC), with 4 channels; low has 3; if it is NCHW, name it low_nchw or give --layout nchw',
    ],
    [
      'an image without a batch',
      'double.mfn',
      { low: numbered(2, 4, 3) },
      'low is [2, 4, 3]; wanted are four axes, [batch, height, width, channels]',
    ],
    [
      'inputs of two sizes',
      'blend.mfn',
      { first: numbered(1, 2, 2, 3), second: numbered(1, 2, 4, 1) },
      'second is [1, 2, 4, 1] (NHWC); batch, height and width are those of first, 1, 2 and 2',
    ],
    [
      'a size that the network does not take',
      'double.mfn',
      { low: numbered(1, 3, 4, 3) },
      'Double needs a height that is divisible by 2; 3 is not',
    ],
    ['weights that are missing', 'weighted.mfn', { low: numbered(1, 2, 2, 3) }, 'Weighted has 2 weights, so it needs --weights'],
  ])('refuses %s', async (name, model, tensors, expected) => {
    const { code, stderr } = await run(model, write(`wrong ${name}`, tensors), 'wrong.out');
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
    expect(existsSync(at('wrong.out'))).toBe(false);
  });

  it('refuses tensors of other types and layouts that nobody knows', async () => {
    const header = JSON.stringify({ low: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } });
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(at('doubles'), Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(8)]));
    expect((await run('double.mfn', at('doubles'), 'wrong.out')).stderr).toContain('low is stored as F64; mfnc reads F32');
    const odd = write('odd', { low: numbered(1, 2, 2, 3) }, { layout: 'chwn' });
    expect((await run('double.mfn', odd, 'wrong.out')).stderr).toContain("its metadata says the layout 'chwn'");
  });
});
