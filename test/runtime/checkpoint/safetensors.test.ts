import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../../src/runtime/checkpoint/index.js';

const joined = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces);
const file = (header: unknown, data = 0) => {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([prefix, json, Buffer.alloc(data)]);
};
const tensor = (begin: number, end: number, shape: number[], dtype = 'F32') => ({ dtype, shape, data_offsets: [begin, end] });

describe('safetensors', () => {
  it('reads what it writes, bit by bit', () => {
    const content = fc.dictionary(fc.stringMatching(/^[a-z][a-z.0-9[\]]{0,12}$/), fc.float32Array({ maxLength: 9 }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(content, (values) => {
        const tensors = new Map(Object.entries(values).map(([name, list]) => [name, { shape: [list.length], values: list }]));
        const decoded = decodeSafetensors(joined(encodeSafetensors({ metadata: { model: 'X' }, tensors })), 'w');
        expect(decoded.metadata).toEqual({ model: 'X' });
        expect([...decoded.tensors.keys()]).toEqual([...tensors.keys()]);
        for (const [name, { values: found }] of decoded.tensors) {
          expect(Buffer.from(found.buffer).equals(Buffer.from(tensors.get(name)?.values.buffer ?? new ArrayBuffer(0)))).toBe(true);
        }
      }),
    );
  });

  it('aligns the data to 8 bytes', () => {
    const bytes = joined(encodeSafetensors({ metadata: {}, tensors: new Map([['a', { shape: [], values: Float32Array.of(1) }]]) }));
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
  });

  it('reads whole numbers, as the counters of PyTorch are stored', () => {
    const bytes = Buffer.alloc(24);
    bytes.writeInt32LE(-7, 0);
    bytes.writeInt32LE(2_000_000, 4);
    bytes.writeBigInt64LE(187_500n, 8);
    bytes.writeBigInt64LE(-1n, 16);
    const header = file({ small: tensor(0, 8, [2], 'I32'), large: tensor(8, 24, [2], 'I64') });
    const { tensors } = decodeSafetensors(Buffer.concat([header, bytes]), 'w');
    expect([...(tensors.get('small')?.values ?? [])]).toEqual([-7, 2_000_000]);
    expect([...(tensors.get('large')?.values ?? [])]).toEqual([187_500, -1]);
  });

  it.each([
    ['nothing', Buffer.alloc(0), /it is empty/],
    ['a few bytes', Buffer.from('abc'), /it has only 3 bytes/],
    ['text', Buffer.from('this is a text and no tensor file'), /another kind of file/],
    ['a cut header', file({ a: tensor(0, 4, [1]) }).subarray(0, 20), /header should have \d+ bytes.*truncated/],
    ['no JSON', file('{"a":'), /not a JSON object/],
    ['a list', file([]), /not a JSON object/],
    ['metadata of numbers', file({ __metadata__: { a: 1 } }), /__metadata__\.a is not a string/],
    ['double precision', file({ a: tensor(0, 8, [1], 'F64') }, 8), /a is stored as F64; mfnc reads F32, F16, BF16/],
    ['a negative size', file({ a: tensor(0, 4, [-1]) }, 4), /the shape of a is not a list of sizes/],
    ['one offset', file({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /data_offsets of a/],
    ['cut data', file({ a: tensor(0, 8, [2]) }, 4), /the data of a ends at byte 8, the file holds 4/],
    ['a wrong shape', file({ a: tensor(0, 8, [3]) }, 8), /a with shape \[3\] needs 12 bytes, 8 are there/],
    ['an overlap', file({ a: tensor(0, 8, [2]), b: tensor(4, 12, [2]) }, 12), /the data of b overlaps/],
    ['a gap', file({ a: tensor(0, 4, [1]), b: tensor(8, 12, [1]) }, 12), /4 bytes before the data of b/],
    ['a surplus', file({ a: tensor(0, 4, [1]) }, 12), /8 bytes at its end belong to no tensor/],
  ])('refuses %s', (_name, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'w.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(bytes, 'w.safetensors')).toThrow(/^w\.safetensors: is not a usable safetensors file: /);
  });

  it('meets damaged files with a RuntimeFailure and nothing else', () => {
    const good = joined(
      encodeSafetensors({
        metadata: { m: 'x' },
        tensors: new Map([
          ['a', { shape: [2, 2], values: new Float32Array(4) }],
          ['b', { shape: [], values: new Float32Array(1) }],
        ]),
      }),
    );
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (position, value, length) => {
        const bytes = Buffer.from(good);
        bytes[position] = value;
        try {
          decodeSafetensors(bytes.subarray(0, length), 'w');
        } catch (error) {
          expect(error).toMatchObject({ name: 'RuntimeFailure', kind: 'input' });
        }
      }),
      { numRuns: 500 },
    );
  });
});
