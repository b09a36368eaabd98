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
      tensorContent: littleEndian(values.length, (view, i) => view.setFloat32(4 * i, values[i] ?? 0, true)),
    },
  }),
  integers: (values: readonly number[], shape: readonly number[]): AttributeMessage => ({
    tensor: {
      dtype: dataTypes.int32,
      tensorShape: shapeMessage(shape),
      tensorContent: littleEndian(values.length, (view, i) => view.setInt32(4 * i, values[i] ?? 0, true)),
    },
  }),
};

export function shapeMessage(shape: readonly number[]): TensorShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}

function littleEndian(count: number, write: (view: DataView, index: number) => void): Uint8Array {
  const bytes = new Uint8Array(4 * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) write(view, i);
  return bytes;
}
