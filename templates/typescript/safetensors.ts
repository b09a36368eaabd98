import type { TensorData } from './weights.js';

/** A safetensors file: named float32 tensors and texts that say what they are. */
export interface SafetensorsContent {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorData>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** Bytes of a safetensors file, as `mfnc` and Python's safetensors read them. */
export function encodeSafetensors({ metadata, tensors }: SafetensorsContent): Uint8Array {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape: [...shape], data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(0x20, 8, 8 + length);
  bytes.set(text, 8);
  let position = 8 + length;
  for (const { values } of tensors.values()) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), position);
    position += values.byteLength;
  }
  return bytes;
}

/** Reads a safetensors file. @throws Error where it is damaged or holds other numbers than float32. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = bytes.length < 8 ? Number.POSITIVE_INFINITY : 8 + Number(view.getBigUint64(0, true));
  if (start > bytes.length) throw new Error('this is no safetensors file, or a part of one');
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const tensors = new Map<string, TensorData>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries<HeaderEntry>(entries)) {
    const [from, to] = offsets;
    const size = shape.reduce((product, extent) => product * extent, 4);
    if (dtype !== 'F32' || to - from !== size || start + to > bytes.length) throw new Error(`${name} is damaged or not float32`);
    tensors.set(name, { shape, values: new Float32Array(new Uint8Array(bytes.subarray(start + from, start + to)).buffer) });
  }
  return { metadata, tensors };
}
