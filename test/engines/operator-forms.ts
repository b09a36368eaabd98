import * as tf from '@tensorflow/tfjs';
import { operatorExample } from '../../src/compiler/3-lower/index.js';
import { emitOnnx, type Provider } from '../../src/compiler/4-emit/onnx/index.js';
import { emitSavedModel } from '../../src/compiler/4-emit/savedmodel/index.js';
import type { OpName } from '../../src/compiler/ops/index.js';
import type { KernelTable } from '../../src/runtime/engines/tfjs/kernels/kernel.js';
import { decodeNodes } from '../emit/onnx/decode-nodes.js';
import { decodeGraph } from '../emit/savedmodel/decode-graph.js';

/** Nodes and kernels that move or relabel data and compute nothing. */
const layout = /^(Transpose|Reshape|Identity|Cast|Const|Placeholder|Squeeze|Unsqueeze|ExpandDims)$/;

const formOf = (names: readonly string[]): 'native' | 'composed' =>
  names.filter((name) => !layout.test(name)).length > 1 ? 'composed' : 'native';

/** How ONNX's graph of an operator's example stands. */
export const onnxForm = (op: OpName, provider: Provider): 'native' | 'composed' =>
  formOf(decodeNodes(emitOnnx(operatorExample(op).forward, { provider })).map(({ opType }) => opType));

export const savedModelForm = (op: OpName): 'native' | 'composed' => {
  const bytes = emitSavedModel(operatorExample(op).forward).files.get('saved_model.pb');
  if (bytes === undefined) throw new Error('no graph was emitted');
  return formOf(decodeGraph(bytes).map((node) => node.op));
};

/** What tfjs runs for an operator's example, with the kernels given on the current backend. */
export const tfjsForm = async (op: OpName, kernels: KernelTable): Promise<'native' | 'composed'> => {
  const { forward } = operatorExample(op);
  const [node] = forward.nodes;
  if (node === undefined) throw new Error(`${op} has no node`);
  const shapeOf = (tensor: number): number[] => [...(forward.tensors[tensor]?.shape ?? [])];
  const operands = node.inputs.map((tensor) => tf.ones(shapeOf(tensor)));
  const call = { tf, inputs: operands, attributes: node.attributes, outputShape: shapeOf(node.output) };
  const { kernels: run } = await tf.profile(() => tf.tidy(() => kernels[op](call)));
  return formOf(run.map(({ name }) => name));
};
