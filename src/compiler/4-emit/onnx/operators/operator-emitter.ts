import type { ProgramNode } from '../../../ir/program.js';
import type { Emission } from '../emission.js';

/** Writes one operator of a Program into the ONNX graph and defines its output. */
export type OperatorEmitter = (emission: Emission, node: ProgramNode) => void;

/** The i-th input of a node; the verifier has checked that it is there. */
export function input(node: ProgramNode, index: number): number {
  const tensor = node.inputs[index];
  if (tensor === undefined) throw new Error(`${node.op} has no input ${index}`);
  return tensor;
}
