import { endianness } from 'node:os';
import type { HostTensor } from '../engines/engine.js';
import { inputFailure } from '../files/index.js';
import { fromBrainFloats, fromHalfFloats, fromIntegers, toHalfFloats } from './number-types.js';

/** Content of a safetensors file, as far as mfnc uses the format: tensors of float32, or brought to it, and a map of strings. */
export interface SafetensorsContent {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** The limit that the format's own library sets. */
const largestHeader = 100_000_000;
const prefixLength = 8;

/** Types in which float32 values can be stored. */
export const storedTypes = {
  float32: { dtype: 'F32', encode: littleEndianBytes },
  float16: { dtype: 'F16', encode: toHalfFloats },
} as const;
export type StoredType = keyof typeof storedTypes;

/**
 * Encodes float32 tensors in the safetensors format (huggingface.co/docs/safetensors): eight bytes with the length of the header, the header in JSON,
 * the data little-endian without gaps. The same content always gives the same bytes.
 * @param type `float16` rounds the values, whose magnitudes have to be at most 65504.
 * @returns the file in pieces, so that it need not be held twice.
 */
export function encodeSafetensors({ metadata, tensors }: SafetensorsContent, type: StoredType = 'float32'): Uint8Array[] {
  const { dtype, encode } = storedTypes[type];
  const header: Record<string, unknown> = { __metadata__: metadata };
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    const piece = encode(values);
    const end = offset + piece.byteLength;
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    pieces.push(piece);
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const prefix = Buffer.alloc(prefixLength);
  prefix.writeBigUInt64LE(BigInt(padded.length));
  return [prefix, padded, ...pieces];
}

/**
 * Decodes a safetensors file and checks all that its header claims: sizes against the file, shapes against bytes, order, gaps and overlaps.
 * @param path names the file in messages.
 * @throws RuntimeFailure that says what is wrong with the file.
 */
export function decodeSafetensors(bytes: Uint8Array, path: string): SafetensorsContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(buffer, path);
  const data = buffer.subarray(header.end);
  const entries = Object.entries(header.entries).map(([name, value]) => readEntry(name, value, data.length, path));
  checkLayout(entries, data.length, path);
  return {
    metadata: readMetadata(header.metadata, path),
    tensors: new Map(
      entries.map(({ name, shape, type, begin, end }) => [name, { shape, values: dataTypes[type].decode(data.subarray(begin, end)) }]),
    ),
  };
}

/** Types of elements that are read; half precision is widened without loss. Whole numbers are counters, as PyTorch's `num_batches_tracked`. */
const dataTypes = {
  F32: { bytes: 4, decode: floatsOf },
  F16: { bytes: 2, decode: fromHalfFloats },
  BF16: { bytes: 2, decode: fromBrainFloats },
  I32: { bytes: 4, decode: (bytes: Uint8Array) => fromIntegers(bytes, 4) },
  I64: { bytes: 8, decode: (bytes: Uint8Array) => fromIntegers(bytes, 8) },
} as const;
type DataType = keyof typeof dataTypes;

const isDataType = (type: unknown): type is DataType => typeof type === 'string' && Object.hasOwn(dataTypes, type);

interface Entry {
  readonly name: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function damaged(path: string, what: string): Error {
  return inputFailure(`${path}: is not a usable safetensors file: ${what}.`);
}

function readHeader(buffer: Buffer, path: string): { entries: Record<string, unknown>; metadata: unknown; end: number } {
  if (buffer.length === 0) throw damaged(path, 'it is empty');
  if (buffer.length < prefixLength) throw damaged(path, `it has only ${buffer.length} bytes`);
  const length = buffer.readBigUInt64LE();
  if (length > BigInt(largestHeader)) throw damaged(path, 'the length of its header is beyond every limit, so it is another kind of file');
  const end = prefixLength + Number(length);
  if (end > buffer.length)
    throw damaged(path, `its header should have ${length} bytes, ${buffer.length - prefixLength} are there (a truncated file)`);
  const json = parseJSON(buffer.toString('utf8', prefixLength, end));
  if (!isRecord(json)) throw damaged(path, 'its header is not a JSON object');
  const { __metadata__: metadata, ...entries } = json;
  return { entries, metadata, end };
}

function readMetadata(metadata: unknown, path: string): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) throw damaged(path, '__metadata__ is not an object');
  const strings: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw damaged(path, `__metadata__.${key} is not a string`);
    strings[key] = value;
  }
  return strings;
}

function readEntry(name: string, value: unknown, dataLength: number, path: string): Entry {
  if (!isRecord(value)) throw damaged(path, `the entry of ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDataType(dtype)) {
    const found = typeof dtype === 'string' ? dtype : JSON.stringify(dtype);
    throw damaged(path, `${name} is stored as ${found}; mfnc reads ${Object.keys(dataTypes).join(', ')}`);
  }
  if (!isCountList(shape)) throw damaged(path, `the shape of ${name} is not a list of sizes`);
  if (!isCountList(offsets) || offsets.length !== 2) throw damaged(path, `data_offsets of ${name} are not two positions`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataLength) {
    throw damaged(path, `the data of ${name} ends at byte ${end}, the file holds ${dataLength} bytes of data (a truncated file)`);
  }
  const wanted = shape.reduce((product, size) => product * size, dataTypes[dtype].bytes);
  if (wanted !== end - begin)
    throw damaged(path, `${name} with shape [${shape.join(', ')}] needs ${wanted} bytes, ${end - begin} are there`);
  return { name, type: dtype, shape, begin, end };
}

function checkLayout(entries: readonly Entry[], dataLength: number, path: string): void {
  let position = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) throw damaged(path, `the data of ${name} overlaps that of another tensor`);
    if (begin > position) throw damaged(path, `${begin - position} bytes before the data of ${name} belong to no tensor`);
    position = end;
  }
  if (position !== dataLength) throw damaged(path, `${dataLength - position} bytes at its end belong to no tensor`);
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The bytes of float32 values, little-endian; a view where the machine is little-endian. */
export function littleEndianBytes(values: Float32Array): Buffer {
  const view = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? view : Buffer.from(view).swap32();
}

/** Little-endian float32 values, copied. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  if (endianness() === 'BE') Buffer.from(copy.buffer).swap32();
  return new Float32Array(copy.buffer);
}
