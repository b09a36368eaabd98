import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyNameMap, readNameMap, type WeightsFile } from '../../../src/runtime/checkpoint/index.js';
import type { HostTensor } from '../../../src/runtime/engines/index.js';
import { irOf } from '../../support/shipped-models.js';

const source = `mfn 1
import { conv, deconv, depthwise_conv, dense } from "std/blocks"
model Net {
  in  low: image
  out score: tensor
  a[1] = low |> conv(5, 3)
  a[2] = a[1] |> depthwise_conv(3, multiplier: 2)
  a[3] = a[2] |> deconv(4, 2)
  score = reduce_mean(a[3], axes: [1, 2]) |> dense(2) as head
}
`;
const ir = irOf(source);
const folder = mkdtempSync(join(tmpdir(), 'mfnc-map-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Values that tell by themselves where they stood. */
const numbered = (...shape: number[]): HostTensor => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => i),
});

/** The tensors as PyTorch would have them: OIHW, [channels * multiplier, 1, h, w], IOHW, [out, in]. */
const foreign = (): Record<string, HostTensor> => ({
  'body.0.weight': numbered(5, 3, 3, 3),
  'body.0.bias': numbered(5),
  'body.2.weight': numbered(10, 1, 3, 3),
  'body.2.bias': numbered(10),
  'body.4.weight': numbered(10, 4, 2, 2),
  'body.4.bias': numbered(4),
  'head.weight': numbered(2, 4),
  'head.bias': numbered(2),
});

const text = `
tensors:
  body.0.weight: a[1].kernel from OIHW
  body.2.weight: a[2].kernel from O1HW
  body.4.weight: a[3].kernel from IOHW
  body.{n}.bias: a[{n / 2 + 1}].bias
  head.weight: head.kernel from OI
  head.bias: head.bias
`;

let count = 0;
function mapFile(content: string): string {
  count += 1;
  const path = join(folder, `map-${count}.weights.yaml`);
  writeFileSync(path, content);
  return path;
}

async function apply(content: string, tensors: Record<string, HostTensor>): Promise<WeightsFile> {
  const file: WeightsFile = {
    path: 'net.safetensors',
    form: 'safetensors',
    model: undefined,
    parameters: {},
    tensors: new Map(Object.entries(tensors)),
  };
  return applyNameMap(await readNameMap(mapFile(content)), file, ir);
}

/** The message of what is refused, without the paths of files. */
async function refusal(content: string, tensors: Record<string, HostTensor> = foreign()): Promise<string> {
  const failure = await apply(content, tensors).then(
    () => undefined,
    (error) => error,
  );
  expect(failure).toMatchObject({ name: 'RuntimeFailure', kind: 'input' });
  return String(failure.message);
}

describe('a name map', () => {
  let mapped: WeightsFile;
  beforeAll(async () => {
    mapped = await apply(text, foreign());
  });

  /** Element of a mapped weight. */
  const at = (path: string, ...index: number[]): number | undefined => {
    const { shape, values } = mapped.tensors.get(path) as HostTensor;
    return values[index.reduce((position, i, axis) => position * (shape[axis] ?? 1) + i, 0)];
  };
  /** Position in a row-major tensor of this shape. */
  const position = (shape: readonly number[], ...index: number[]): number =>
    index.reduce((sum, i, axis) => sum * (shape[axis] ?? 1) + i, 0);

  it('gives every weight of the model its path and shape', () => {
    expect(mapped).toMatchObject({ model: 'Net', parameters: {} });
    expect([...mapped.tensors].map(([name, { shape }]) => `${name} ${shape.join('x')}`)).toEqual([
      'a[1].kernel 3x3x3x5',
      'a[1].bias 5',
      'a[2].kernel 3x3x5x2',
      'a[2].bias 10',
      'a[3].kernel 2x2x4x10',
      'a[3].bias 4',
      'head.kernel 4x2',
      'head.bias 2',
    ]);
  });

  it('moves each element from its place in PyTorch to its place here', () => {
    const [out, into, y, x] = [3, 1, 2, 0] as const;
    expect(at('a[1].kernel', y, x, into, out)).toBe(position([5, 3, 3, 3], out, into, y, x));
    // PyTorch numbers the filters of a depthwise convolution by channel, then by filter of the channel, as mfn numbers the results.
    expect(at('a[2].kernel', y, x, 4, 1)).toBe(position([10, 1, 3, 3], 4 * 2 + 1, 0, y, x));
    expect(at('a[3].kernel', 1, 0, 3, 7)).toBe(position([10, 4, 2, 2], 7, 3, 1, 0));
    expect(at('head.kernel', 3, 1)).toBe(position([2, 4], 1, 3));
  });

  it('takes tensors under a second name where they are the same, and leaves out what is ignored', async () => {
    const { 'head.weight': weight, 'head.bias': bias } = foreign();
    const again = {
      ...foreign(),
      'copies.0.weight': weight as HostTensor,
      'copies.0.bias': bias as HostTensor,
      'body.1.num_batches': numbered(1),
    };
    const more = `${text}aliases:\n  copies.{k}.*: head.*\nignore: ["*.num_batches"]\n`;
    expect((await apply(more, again)).tensors.size).toBe(8);
  });

  it('refuses an alias with other values', async () => {
    const other = { ...foreign(), 'copy.bias': { shape: [2], values: Float32Array.of(0, 2) } };
    expect(await refusal(`${text}aliases: { copy.bias: head.bias }\n`, other)).toContain(
      'copy.bias is to be the same tensor as head.bias, but has other values',
    );
    expect(await refusal(`${text}aliases: { copy.bias: head.bais }\n`, other)).toContain(
      'head.bais, which the file does not hold: did you mean head.bias?',
    );
  });

  it('is complete both ways: tensors left over and weights left out are told, each with what to do', async () => {
    const message = await refusal(text.replace('head.bias: head.bias', 'head.bais: head.bias'), { ...foreign(), extra: numbered(7) });
    expect(message).toContain('head.bias [2] of the file is not in the map: did you mean it by `head.bais`?');
    expect(message).toContain('extra [7] of the file is not in the map: map it to a weight, or list it under `ignore`');
    expect(message).toContain('head.bias [2] of Net gets no tensor (`head.bais` of the map fits no tensor of the file)');
  });

  it.each([
    ['a[1].kernel from OIHW', 'a[1].kernle from OIHW', 'body.0.weight: Net has no weight a[1].kernle; did you mean a[1].kernel?'],
    [
      'a[1].kernel from OIHW',
      'a[1].kernel',
      'the map does not say in which layout it is; write behind the path `from OIHW` (convolutions of PyTorch, [out, in, height, width]) or `from IOHW`',
    ],
    [
      'a[2].kernel from O1HW',
      'a[2].kernel from IOHW',
      'body.2.weight does not have the shape of a[2].kernel: [10, 1, 3, 3] in the file, [3, 3, 5, 2] in the model, as IOHW (transposed convolutions of PyTorch, [in, out, height, width]); O1HW would fit',
    ],
    ['head.bias: head.bias', 'head.bias: a[1].bias', 'body.0.bias and head.bias are both mapped to a[1].bias'],
  ])('tells what is wrong with %s as %s', async (right, wrong, expected) => {
    expect(await refusal(text.replace(right, wrong))).toContain(expected);
  });

  it.each([
    ['tensors:\n  a: b from OIWH\n', 'there is no layout OIWH; did you mean OIHW?'],
    ['tensors:\n  a: b form OIHW\n', '`a: b form OIHW`: write a path, and behind it `from` with a layout'],
    ['tensors:\n  a{n}: b[{m}]\n', '`{m}` is made from `m`, which `a{n}` does not have'],
    ['tensors:\n  a{n}: b[{n ^ 2}]\n', '`{n^2}` cannot be computed'],
    ['tensors:\n  a.*: b.*.*\n', 'it has more `*` than `a.*`'],
    ['tensors:\n  "a{1}": b\n', '`{1}` is no placeholder'],
    ['tensor:\n  a: b\n', 'the file has the unknown key `tensor`. Did you mean `tensors`?'],
    ['tensors: {}\n', 'tensors must NOT have fewer than 1 properties'],
    ['tensors: [a]\n', 'tensors must be object'],
  ])('refuses the map %j', async (content, expected) => {
    expect(await refusal(content)).toContain(expected);
  });
});
