import { type AttributeMessage, type DataType, dataTypes, type TensorShapeMessage } from './messages.js';

const encoder = new TextEncoder();

/** Makers of the attribute values that TensorFlow's operators take. */
export const attribute = {
  type: (type: DataType): AttributeMessage => ({ type: dataTypes[type] }),
  int: (value: number): AttributeMessage => ({ i: value }),
  float: (value: number): AttributeMessage => ({ f: value }),
  flag: (value: boolean): AttributeMessage => ({ b: value }),
  ints: (values: readonly number[]): AttributeMessage => ({ list: { i: values } }),
  text: (value: string): AttributeMessage => ({ s: encoder.encode(value) }),
  shape: (shape: readonly number[]): AttributeMessage => ({ shape: shapeMessage(shape) }),
  floats: (values: Float32Array, shape: readonly number[]): AttributeMessage => ({
    tensor: {
      dtype: dataTypes.float,
      tensorShape: shapeMessage(shape),
      tensorContent: littleEndian(4, values.length, (view, i) => view.setFloat32(4 * i, values[i] ?? 0, true)),
    },
  }),
  /** @param values numbers that bfloat16 has: the upper halves of their float32 are written. */
  bfloat16s: (values: Float32Array, shape: readonly number[]): AttributeMessage => {
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    return {
      tensor: {
        dtype: dataTypes.bfloat16,
        tensorShape: shapeMessage(shape),
        tensorContent: littleEndian(2, values.length, (view, i) => view.setUint16(2 * i, (bits[i] ?? 0) >>> 16, true)),
      },
    };
  },
  integers: (values: readonly number[], shape: readonly number[]): AttributeMessage => ({
    tensor: {
      dtype: dataTypes.int32,
      tensorShape: shapeMessage(shape),
      tensorContent: littleEndian(4, values.length, (view, i) => view.setInt32(4 * i, values[i] ?? 0, true)),
    },
  }),
};

export function shapeMessage(shape: readonly number[]): TensorShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}

function littleEndian(size: number, count: number, write: (view: DataView, index: number) => void): Uint8Array {
  const bytes = new Uint8Array(size * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) write(view, i);
  return bytes;
}
