import type { Program, ProgramNode, TensorId } from '../../ir/program.js';

/** An addition of a vector to the channels of an image. */
export interface BiasAddition {
  readonly image: TensorId;
  readonly bias: TensorId;
}

/**
 * Recognises `image + bias` with a rank-1 bias of as many elements as the image has channels. TensorFlow's own BiasAdd is what its optimiser
 * fuses into the convolution before it, together with the ReLU after it.
 */
export function biasAddition(program: Program, node: ProgramNode): BiasAddition | undefined {
  if (node.op !== 'add') return undefined;
  const [a = -1, b = -1] = node.inputs;
  if (isBiasOf(program, b, a)) return { image: a, bias: b };
  if (isBiasOf(program, a, b)) return { image: b, bias: a };
  return undefined;
}

function isBiasOf(program: Program, bias: TensorId, image: TensorId): boolean {
  const biasShape = program.tensors[bias]?.shape;
  const imageShape = program.tensors[image]?.shape;
  return biasShape?.length === 1 && imageShape?.length === 4 && biasShape[0] === imageShape[3];
}
