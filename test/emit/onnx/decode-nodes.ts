import protobuf from 'protobufjs/light.js';

/** What the tests look at in a node of an ONNX model. */
export interface DecodedNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  /** What onnxruntime has fused into it: 'Relu'. */
  readonly activation?: string;
}

const field = (type: string, id: number): { type: string; id: number } => ({ type, id });
const list = (type: string, id: number): { rule: string; type: string; id: number } => ({ rule: 'repeated', type, id });

/** ModelProto.graph = 7, GraphProto.node = 1, NodeProto.input = 1, name = 3, op_type = 4, attribute = 5; AttributeProto.name = 1, s = 4 (onnx.proto3), apart from the emitter's own table. */
const root = protobuf.Root.fromJSON({
  nested: {
    Model: { fields: { graph: field('Graph', 7) } },
    Graph: { fields: { node: list('Node', 1) } },
    Node: {
      fields: { input: list('string', 1), name: field('string', 3), opType: field('string', 4), attribute: list('Attribute', 5) },
    },
    Attribute: { fields: { name: field('string', 1), s: field('bytes', 4) } },
  },
});

export function decodeNodes(bytes: Uint8Array): DecodedNode[] {
  const type = root.lookupType('Model');
  const model = type.toObject(type.decode(bytes), { arrays: true, defaults: true }) as {
    graph: { node: { name: string; opType: string; input: string[]; attribute: { name: string; s: Uint8Array }[] }[] };
  };
  return model.graph.node.map(({ name, opType, input, attribute }) => {
    const activation = attribute.find((each) => each.name === 'activation');
    return { name, opType, inputs: input, ...(activation ? { activation: Buffer.from(activation.s).toString() } : {}) };
  });
}
