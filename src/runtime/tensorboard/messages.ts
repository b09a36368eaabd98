import protobuf from 'protobufjs/light.js';

/**
 * The part of TensorBoard's messages that scalars, images, texts and restarts need.
 * Source: tensorboard/compat/proto/{event, summary, tensor, tensor_shape}.proto of TensorBoard 2.21. Field numbers must not be changed.
 */
const descriptor = {
  nested: {
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
    Summary: {
      fields: { value: { rule: 'repeated', type: 'Value', id: 1 } },
      nested: {
        Image: {
          fields: {
            height: { type: 'int32', id: 1 },
            width: { type: 'int32', id: 2 },
            colorspace: { type: 'int32', id: 3 },
            encodedImageString: { type: 'bytes', id: 4 },
          },
        },
        Value: {
          // In a oneof a value of 0 is written too.
          oneofs: { value: { oneof: ['simpleValue', 'image', 'tensor'] } },
          fields: {
            tag: { type: 'string', id: 1 },
            simpleValue: { type: 'float', id: 2 },
            image: { type: 'Image', id: 4 },
            tensor: { type: 'TensorProto', id: 8 },
            metadata: { type: 'SummaryMetadata', id: 9 },
          },
        },
      },
    },
    SummaryMetadata: {
      fields: { pluginData: { type: 'PluginData', id: 1 } },
      nested: { PluginData: { fields: { pluginName: { type: 'string', id: 1 } } } },
    },
    TensorProto: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShapeProto', id: 2 },
        stringVal: { rule: 'repeated', type: 'bytes', id: 8 },
      },
    },
    TensorShapeProto: {
      fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } },
      nested: { Dim: { fields: { size: { type: 'int64', id: 1 } } } },
    },
  },
};

const eventType = protobuf.Root.fromJSON(descriptor).lookupType('Event');

/** One value of a summary, under its tag. */
export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly png: Uint8Array; readonly width: number; readonly height: number }
  /** Markdown. */
  | { readonly tag: string; readonly text: string };

/** What an event says: which format the file has, that a run starts (so that later steps of earlier files count no more), or values. */
export type EventContent =
  | { readonly kind: 'version' }
  | { readonly kind: 'start' }
  | { readonly kind: 'values'; readonly values: readonly SummaryValue[] };

/** DT_STRING of TensorFlow's enum DataType. */
const stringType = 7;
/** START of SessionLog's enum SessionStatus. */
const start = 1;
/** Colour spaces are told by their number of channels. */
const rgb = 3;

/**
 * Encodes an event.
 * @param wallTime seconds since 1970. @param step over the whole run.
 */
export function encodeEvent(wallTime: number, step: number, content: EventContent): Uint8Array {
  const event = { wallTime, ...(step > 0 && { step }) };
  if (content.kind === 'version') return eventType.encode({ ...event, fileVersion: 'brain.Event:2' }).finish();
  if (content.kind === 'start') return eventType.encode({ ...event, sessionLog: { status: start } }).finish();
  return eventType.encode({ ...event, summary: { value: content.values.map(valueMessage) } }).finish();
}

function valueMessage(value: SummaryValue): object {
  const { tag } = value;
  if ('scalar' in value) return { tag, simpleValue: value.scalar };
  if ('png' in value) {
    const { width, height, png } = value;
    return { tag, image: { height, width, colorspace: rgb, encodedImageString: png } };
  }
  const tensor = { dtype: stringType, tensorShape: { dim: [{ size: 1 }] }, stringVal: [new TextEncoder().encode(value.text)] };
  return { tag, tensor, metadata: { pluginData: { pluginName: 'text' } } };
}

/** The step of an event that `encodeEvent` wrote, from its first bytes. */
export function stepOfEvent(head: Uint8Array): number {
  const reader = protobuf.Reader.create(head);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((1 << 3) | 1)) reader.double();
    else return tag === 2 << 3 ? Number(reader.int64()) : 0;
  }
  return 0;
}
