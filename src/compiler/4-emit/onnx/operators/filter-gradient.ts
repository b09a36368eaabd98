import { integers } from '../../../ops/rules/attributes.js';
import type { OnnxGraph, Value } from '../graph.js';
import { channelsFirst } from '../layout.js';
import { deinterleave } from './interleave.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
import { imageSize, type Pads, padsOf, windowOf } from './window.js';

type Window = ReturnType<typeof windowOf>;

/** A tap of the kernel meets, at position q of the output, pixel q + shift of phase `phase` of the image. */
interface Tap {
  readonly phase: number;
  readonly shift: readonly [number, number];
}

/** Below this many channels, products with the single taps are too narrow for a matrix multiplication to be efficient. */
const narrow = 16;

/**
 * Gradient of a convolution's filter: for each tap the product, over all positions, of the pixels that the tap met and the output's gradient.
 *
 * A stride s splits the image into s x s phases, in which each tap is a mere shift: dW[tap] = sum over q of phase[q + shift] dy[q].
 * Either operand can be the one that is shifted (and filled with zeros); it is the one that costs fewer copies, and the other
 * is read where it stands. In onnxruntime this is several times faster than a Conv over transposed tensors, and faster than im2col.
 */
const filterGradient: OperatorEmitter = (emission, node) => {
  const { graph } = emission;
  const [x, dy] = [input(node, 0), input(node, 1)];
  const window = windowOf(node.attributes, integers(node.attributes, 'kernel_size'));
  const pads = padsOf(window, imageSize(emission.shapeOf(x)));
  const image = padToMultiple(graph, emission.value(x, channelsFirst), window.strides);
  const phases = deinterleave(graph, image, window.strides);
  const gradient = emission.value(dy, channelsFirst);
  const taps = tapsOf(window, pads);

  const [inputs, outputs] = [image.shape[1] as number, gradient.shape[1] as number];
  const copiesOfImage = countDistinct(taps.map(({ phase, shift }) => [phase, ...shift].join()));
  const copiesOfGradient = countDistinct(taps.map(({ shift }) => shift.join()));
  const shiftsImage = copiesOfImage * inputs <= copiesOfGradient * outputs;
  const shifted = new Map<string, Value>();
  const shiftOnce = (value: Value, shift: readonly [number, number], size: readonly number[]): Value => {
    const key = `${value.name} ${shift.join()}`;
    const known = shifted.get(key) ?? shiftImage(graph, value, shift, size);
    shifted.set(key, known);
    return known;
  };

  const operands = taps.map(({ phase, shift: [down, right] }): readonly [Value, Value] => {
    const phaseImage = phases[phase] as Value;
    return shiftsImage
      ? [shiftOnce(phaseImage, [-down, -right], gradient.shape), gradient]
      : [phaseImage, shiftOnce(gradient, [down, right], phaseImage.shape)];
  });
  const result =
    shiftsImage && inputs < narrow
      ? product(
          graph,
          graph.concat(
            operands.map(([pixels]) => pixels),
            1,
          ),
          gradient,
        )
      : !shiftsImage && outputs < narrow && phases.length === 1
        ? productOfGradients(
            graph,
            image,
            graph.concat(
              operands.map(([, shiftedGradient]) => shiftedGradient),
              1,
            ),
            taps.length,
          )
        : graph.concat(
            operands.map(([pixels, values]) => product(graph, pixels, values)),
            0,
          );
  emission.define(node.output, graph.reshape(result, emission.shapeOf(node.output)));
};

/** Taps in row-major order. */
function tapsOf({ size, strides, dilations }: Window, pads: Pads): Tap[] {
  const along = (axis: 0 | 1, before: number): { phase: number; shift: number }[] =>
    Array.from({ length: size[axis] }, (_, tap) => {
      const offset = tap * dilations[axis] - before;
      const shift = Math.floor(offset / strides[axis]);
      return { phase: offset - shift * strides[axis], shift };
    });
  const columns = along(1, pads.left);
  return along(0, pads.top).flatMap((row) =>
    columns.map((column) => ({ phase: row.phase * strides[1] + column.phase, shift: [row.shift, column.shift] as const })),
  );
}

function countDistinct(keys: readonly string[]): number {
  return new Set(keys).size;
}

function padToMultiple(graph: OnnxGraph, image: Value, [strideY, strideX]: readonly [number, number]): Value {
  const missing = (axis: number, stride: number): number => (stride - ((image.shape[axis] as number) % stride)) % stride;
  return graph.pad(image, [0, 0, 0, 0], [0, 0, missing(2, strideY), missing(3, strideX)]);
}

/** Moves an image down and right (up and left where negative) inside a frame of the given size; ONNX crops by negative padding. */
function shiftImage(graph: OnnxGraph, image: Value, [down, right]: readonly [number, number], frame: readonly number[]): Value {
  const after = (axis: number, shift: number): number => (frame[axis] as number) - (image.shape[axis] as number) - shift;
  return graph.pad(image, [0, 0, down, right], [0, 0, after(2, down), after(3, right)]);
}

/** [B, C, H, W] as [B, C, H W]. */
function flatten(graph: OnnxGraph, image: Value): Value {
  const [batch, channels, height, width] = image.shape as [number, number, number, number];
  return graph.reshape(image, [batch, channels, height * width]);
}

/** Sum over batch and positions of a [C, positions] b [O, positions] transposed: [C, O]. */
function product(graph: OnnxGraph, a: Value, b: Value): Value {
  const shape = [a.shape[0] as number, a.shape[1] as number, b.shape[1] as number];
  return graph.sum(graph.node('MatMul', [flatten(graph, a), graph.transpose(flatten(graph, b), [0, 2, 1])], shape), [0]);
}

/** The same with the gradients of all taps side by side in the channels of `b`: [taps C, O]. */
function productOfGradients(graph: OnnxGraph, image: Value, gradients: Value, taps: number): Value {
  const inputs = image.shape[1] as number;
  const outputs = (gradients.shape[1] as number) / taps;
  return graph.transpose(graph.reshape(product(graph, gradients, image), [taps, outputs, inputs]), [0, 2, 1]);
}

export const filterGradientEmitters = { conv2d_filter_gradient: filterGradient };
