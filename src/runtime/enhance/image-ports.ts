import { evaluateShape } from '../../compiler/ir/dimension.js';
import { inputDivisors } from '../../compiler/ir/input-divisors.js';
import type { Definition, IR, Port } from '../../compiler/ir/ir.js';

/** Where an image goes into a network, and where the one that it makes of it comes out. */
export interface ImagePorts {
  readonly input: Port;
  readonly output: Port;
  /** How many times as high and wide as the image the result is: a whole number from 1. */
  readonly scale: number;
}

/** @returns undefined where the model is no network from one RGB image to another that is as large, or a whole number of times as high and wide. */
export function imagePorts(ir: IR): ImagePorts | undefined {
  const definition = ir.definitions.find(({ id }) => id === ir.model.definition) as Definition;
  const [input, ...others] = definition.inputs;
  const scales = definition.outputs.map((port) => imageScale(port, ir));
  const sameSize = scales.indexOf(1);
  const chosen = sameSize >= 0 ? sameSize : scales.findIndex((scale) => scale !== undefined);
  const [output, scale] = [definition.outputs[chosen], scales[chosen]];
  if (input === undefined || others.length > 0 || imageScale(input, ir) !== 1 || output === undefined || scale === undefined)
    return undefined;
  return { input, output, scale };
}

/** How many times as high and wide as its input the image is that a model makes; 1 also where it makes none. */
export function enlargement(ir: IR): number {
  return imagePorts(ir)?.scale ?? 1;
}

/** How many times as high and wide as what the network is given an RGB image is that a port holds, at a size that the network takes; undefined where it holds none. */
function imageScale(port: Port, ir: IR): number | undefined {
  const divisors = inputDivisors(ir);
  // Two sides that differ, and are larger than what a network pools to.
  const [height, width] = [2 * divisors.height, 3 * divisors.width];
  const shape = evaluateShape(port.shape, { B: 1, H: height, W: width });
  const scale = (shape[1] ?? 0) / height;
  const isImage = shape.length === 4 && shape[0] === 1 && shape[3] === 3 && shape[2] === scale * width;
  return isImage && Number.isInteger(scale) && scale >= 1 ? scale : undefined;
}
