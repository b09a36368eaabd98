import protobuf from 'protobufjs/light.js';

/** A node as the tests look at it. */
export interface DecodedNode {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  /** The attribute `padding`, where there is one. */
  readonly padding: string | undefined;
}

/** Written apart from the emitter's own description of the format: field numbers from TensorFlow's saved_model.proto and graph.proto. */
const descriptor = {
  nested: {
    SavedModel: { fields: { metaGraphs: { rule: 'repeated', type: 'MetaGraph', id: 2 } } },
    MetaGraph: { fields: { graph: { type: 'Graph', id: 2 } } },
    Graph: { fields: { node: { rule: 'repeated', type: 'Node', id: 1 } } },
    Node: {
      fields: {
        name: { type: 'string', id: 1 },
        op: { type: 'string', id: 2 },
        input: { rule: 'repeated', type: 'string', id: 3 },
        attr: { keyType: 'string', type: 'Attribute', id: 5 },
      },
    },
    Attribute: { fields: { s: { type: 'bytes', id: 2 } } },
  },
};

interface Message {
  readonly metaGraphs: readonly {
    readonly graph: {
      readonly node: readonly (Omit<DecodedNode, 'padding'> & { readonly attr: Readonly<Record<string, { readonly s?: Uint8Array }>> })[];
    };
  }[];
}

/** Reads the nodes of a saved_model.pb back. */
export function decodeGraph(bytes: Uint8Array): DecodedNode[] {
  const type = protobuf.Root.fromJSON(descriptor).lookupType('SavedModel');
  const message = type.toObject(type.decode(bytes), { defaults: true }) as Message;
  return (message.metaGraphs[0]?.graph.node ?? []).map(({ name, op, input, attr }) => {
    const padding = attr.padding?.s;
    return { name, op, input, padding: padding && new TextDecoder().decode(padding) };
  });
}
