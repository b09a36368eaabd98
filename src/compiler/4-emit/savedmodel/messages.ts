import protobuf from 'protobufjs/light.js';

/**
 * The part of TensorFlow's messages that a SavedModel of one flat graph needs.
 * Source: tensorflow/core/protobuf/saved_model.proto and meta_graph.proto, and tensorflow/core/framework/{graph, versions, node_def,
 * attr_value, tensor, tensor_shape, types}.proto of TensorFlow 2.21 (unchanged since 1.0 in what is used here). Field numbers must not be changed.
 */
const descriptor = {
  nested: {
    tensorflow: {
      nested: {
        SavedModel: {
          fields: {
            savedModelSchemaVersion: { type: 'int64', id: 1 },
            metaGraphs: { rule: 'repeated', type: 'MetaGraphDef', id: 2 },
          },
        },
        MetaGraphDef: {
          fields: {
            metaInfoDef: { type: 'MetaInfoDef', id: 1 },
            graphDef: { type: 'GraphDef', id: 2 },
            signatureDef: { keyType: 'string', type: 'SignatureDef', id: 5 },
          },
          nested: {
            MetaInfoDef: {
              fields: {
                metaGraphVersion: { type: 'string', id: 1 },
                tags: { rule: 'repeated', type: 'string', id: 4 },
                tensorflowVersion: { type: 'string', id: 5 },
              },
            },
          },
        },
        SignatureDef: {
          fields: {
            inputs: { keyType: 'string', type: 'TensorInfo', id: 1 },
            outputs: { keyType: 'string', type: 'TensorInfo', id: 2 },
            methodName: { type: 'string', id: 3 },
          },
        },
        TensorInfo: {
          fields: {
            name: { type: 'string', id: 1 },
            dtype: { type: 'int32', id: 2 },
            tensorShape: { type: 'TensorShapeProto', id: 3 },
          },
        },
        GraphDef: {
          fields: {
            node: { rule: 'repeated', type: 'NodeDef', id: 1 },
            versions: { type: 'VersionDef', id: 4 },
          },
        },
        VersionDef: { fields: { producer: { type: 'int32', id: 1 }, minConsumer: { type: 'int32', id: 2 } } },
        NodeDef: {
          fields: {
            name: { type: 'string', id: 1 },
            op: { type: 'string', id: 2 },
            input: { rule: 'repeated', type: 'string', id: 3 },
            attr: { keyType: 'string', type: 'AttrValue', id: 5 },
          },
        },
        AttrValue: {
          oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
          fields: {
            list: { type: 'ListValue', id: 1 },
            s: { type: 'bytes', id: 2 },
            i: { type: 'int64', id: 3 },
            f: { type: 'float', id: 4 },
            b: { type: 'bool', id: 5 },
            type: { type: 'int32', id: 6 },
            shape: { type: 'TensorShapeProto', id: 7 },
            tensor: { type: 'TensorProto', id: 8 },
          },
          nested: { ListValue: { fields: { i: { rule: 'repeated', type: 'int64', id: 3 } } } },
        },
        TensorShapeProto: {
          fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } },
          nested: { Dim: { fields: { size: { type: 'int64', id: 1 } } } },
        },
        TensorProto: {
          fields: {
            dtype: { type: 'int32', id: 1 },
            tensorShape: { type: 'TensorShapeProto', id: 2 },
            tensorContent: { type: 'bytes', id: 4 },
          },
        },
      },
    },
  },
};

const savedModelType = protobuf.Root.fromJSON(descriptor).lookupType('tensorflow.SavedModel');

/** Values of TensorFlow's enum DataType. */
export const dataTypes = { float: 1, int32: 3, bool: 10, bfloat16: 14 } as const;
export type DataType = keyof typeof dataTypes;

export interface TensorShapeMessage {
  readonly dim: readonly { readonly size: number }[];
}

export interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape: TensorShapeMessage;
  /** Little-endian elements, row-major. */
  readonly tensorContent: Uint8Array;
}

/** Exactly one field is set. */
export type AttributeMessage =
  | { readonly list: { readonly i: readonly number[] } }
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: TensorShapeMessage }
  | { readonly tensor: TensorMessage };

export interface NodeMessage {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttributeMessage>>;
}

export interface TensorInfoMessage {
  readonly name: string;
  readonly dtype: number;
  readonly tensorShape: TensorShapeMessage;
}

export interface SignatureMessage {
  readonly inputs: Readonly<Record<string, TensorInfoMessage>>;
  readonly outputs: Readonly<Record<string, TensorInfoMessage>>;
  readonly methodName: string;
}

/**
 * Version of the rules by which the graph is to be read: that of TensorFlow 2.9, so that the library that tfjs-node 4.22 brings and every
 * newer one accept it.
 */
const graphVersion = 1087;

/** Encodes a graph and its signature as saved_model.pb. Equal arguments give equal bytes. @param version text of the writer's own. */
export function encodeSavedModel(nodes: readonly NodeMessage[], signature: SignatureMessage, version: string): Uint8Array {
  return savedModelType
    .encode({
      savedModelSchemaVersion: 1,
      metaGraphs: [
        {
          metaInfoDef: { metaGraphVersion: version, tags: ['serve'], tensorflowVersion: '2.9.1' },
          graphDef: { node: nodes, versions: { producer: graphVersion } },
          signatureDef: { serving_default: signature },
        },
      ],
    })
    .finish();
}

/** A constant of a graph that was read. */
export interface StoredConstant {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  /** Texts among its attributes, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Constants and the writer's text of a saved_model.pb. @throws Error when the bytes are no SavedModel. */
export function decodeConstants(bytes: Uint8Array): { readonly version: string; readonly constants: readonly StoredConstant[] } {
  const message = savedModelType.decode(bytes);
  const [graph] = (savedModelType.toObject(message, { longs: Number, defaults: false }) as DecodedSavedModel).metaGraphs ?? [];
  const nodes = graph?.graphDef?.node ?? [];
  return {
    version: graph?.metaInfoDef?.metaGraphVersion ?? '',
    constants: nodes
      .filter(({ op }) => op === 'Const')
      .map(({ attr = {} }) => ({
        dtype: attr.value?.tensor?.dtype ?? 0,
        shape: (attr.value?.tensor?.tensorShape?.dim ?? []).map(({ size }) => size ?? 0),
        bytes: attr.value?.tensor?.tensorContent ?? new Uint8Array(),
        texts: new Map(Object.entries(attr).flatMap(([name, { s }]) => (s === undefined ? [] : [[name, decoder.decode(s)]]))),
      })),
  };
}

const decoder = new TextDecoder();

interface DecodedSavedModel {
  readonly metaGraphs?: readonly {
    readonly metaInfoDef?: { readonly metaGraphVersion?: string };
    readonly graphDef?: {
      readonly node?: readonly { readonly op?: string; readonly attr?: Readonly<Record<string, DecodedAttribute>> }[];
    };
  }[];
}

interface DecodedAttribute {
  readonly s?: Uint8Array;
  readonly tensor?: {
    readonly dtype?: number;
    readonly tensorShape?: { readonly dim?: readonly { readonly size?: number }[] };
    readonly tensorContent?: Uint8Array;
  };
}
