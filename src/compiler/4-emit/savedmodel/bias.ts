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
  const shapeOf = (tensor: TensorId) => program.tensors[tensor]?.shape ?? [];
  if (isBiasOf(shapeOf(b), shapeOf(a))) return { image: a, bias: b };
  if (isBiasOf(shapeOf(a), shapeOf(b))) return { image: b, bias: a };
  return undefined;
}

/** Whether a tensor of the first shape is a bias for an image of the second: a vector with an element for each channel. */
export function isBiasOf(bias: readonly number[], image: readonly number[]): boolean {
  return bias.length === 1 && image.length === 4 && bias[0] === image[3];
}
