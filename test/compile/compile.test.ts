import { describe, expect, it } from 'vitest';
import { compile, type SourceHost } from '../../src/compiler/index.js';

const source = `mfn 1
import { conv } from "std/blocks"

model Brighten(width: int = 4) {
  in  low: image in [-1, 1]
  out y: image
  y = low |> conv(width, 3, stride: 2) as down |> relu |> conv(12, 3) as rec |> pixel_shuffle(2)
}
`;

const hostOf = (text: string): SourceHost => ({
  read: (path) => (path === 'brighten.mfn' ? text : undefined),
  resolve: (_from, specifier) => specifier,
});
const size = { batch: 1, height: 8, width: 8 };

describe('compile', () => {
  it('makes the files of every target asked for, and no others', () => {
    const { files, diagnostics } = compile('brighten.mfn', hostOf(source), { targets: ['ir', 'savedmodel', 'onnx'], size });
    expect(diagnostics).toEqual([]);
    expect([...files.keys()]).toEqual(['Brighten.ir.json', 'savedmodel/saved_model.pb', 'Brighten.onnx']);
    expect([...compile('brighten.mfn', hostOf(source), { targets: ['onnx'], size }).files.keys()]).toEqual(['Brighten.onnx']);
  });

  it('gives the same bytes for the same source and seed, and others for another seed', () => {
    const onnx = (seed: number) =>
      compile('brighten.mfn', hostOf(source), { targets: ['onnx'], size, seed }).files.get('Brighten.onnx') as Uint8Array;
    expect(Buffer.compare(onnx(1), onnx(1))).toBe(0);
    expect(Buffer.compare(onnx(1), onnx(2))).not.toBe(0);
  });

  it('has no files where the source has an error', () => {
    const { files, ir, diagnostics } = compile('brighten.mfn', hostOf(source.replace('relu', 'rellu')), { targets: ['ir'], size });
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['error']);
    expect(ir).toBeUndefined();
    expect(files.size).toBe(0);
  });

  it('takes parameters of the model', () => {
    const { ir } = compile('brighten.mfn', hostOf(source), { targets: ['ir'], size, parameters: { width: 6 } });
    expect(ir?.model.parameters).toEqual({ width: 6 });
  });

  it('refuses a size that breaks a constraint of the model', () => {
    const text = source.replace('y = low |> conv', 'y = low + (low |> conv').replace('pixel_shuffle(2)', 'pixel_shuffle(2))');
    expect(() => compile('brighten.mfn', hostOf(text), { targets: ['ir'], size: { ...size, width: 7 } })).toThrow(/divisible by 2/);
  });
});
