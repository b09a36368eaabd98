import type { ProgramNode } from '../../../ir/program.js';
import type { Emission } from '../emission.js';
import type { Value } from '../graph.js';
import { channelsFirst, outputInputFirst, storedShape } from '../layout.js';
import { interleave } from './interleave.js';
import { input, type OperatorEmitter } from './operator-emitter.js';
import { imageSize, padsOf, windowAttributes, windowOf } from './window.js';

/** HW(output)(input) filter of a transposed convolution stored as the OIHW filter of a convolution that does its work. */
const asConvolution = [2, 3, 0, 1];

/** One axis of one phase of a transposed convolution: which taps of the kernel it uses, and how it is padded. */
interface Phase {
  readonly firstTap: number;
  readonly taps: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Splits one axis of a transposed convolution of stride s into s convolutions of stride 1, one for each residue of the output's index.
 *
 * The output at o = phase + s q gathers input i = (o + padding - k) / s over the taps k for which that is whole: k = r + s t with
 * r = (phase + padding) mod s, so i = q + d - t with d = floor((phase + padding) / s). Read with t reversed, this is a
 * convolution with `taps` taps and taps - 1 - d rows of padding in front. Undefined where a phase has no tap, would need a
 * negative padding, or the phases have different sizes.
 */
function splitAxis(inputSize: number, outputSize: number, kernel: number, stride: number, padding: number): Phase[] | undefined {
  if (outputSize % stride !== 0) return undefined;
  const count = outputSize / stride;
  const phases = Array.from({ length: stride }, (_, phase) => {
    const firstTap = (phase + padding) % stride;
    const taps = Math.ceil((kernel - firstTap) / stride);
    const shift = Math.floor((phase + padding) / stride);
    return { firstTap, taps, before: taps - 1 - shift, after: count + shift - inputSize };
  });
  return phases.every(({ taps, before, after }) => taps > 0 && before >= 0 && after >= 0) ? phases : undefined;
}

/**
 * A transposed convolution. onnxruntime computes ConvTranspose as a matrix product and a slow col2im, so where the sizes allow it this
 * becomes stride x stride small convolutions whose results are interleaved: exact, and about twice as fast for the 4x4 filters
 * of stride 2 of image restoration. With stride 1 it is one convolution with the flipped filter.
 */
const transposedConvolution: OperatorEmitter = (emission, node) => {
  const [x, kernel] = [input(node, 0), input(node, 1)];
  const window = windowOf(node.attributes, emission.shapeOf(kernel).slice(0, 2));
  const [inputHeight, inputWidth] = imageSize(emission.shapeOf(x));
  const [outputHeight, outputWidth] = imageSize(emission.shapeOf(node.output));
  const pads = padsOf(window, [outputHeight, outputWidth]);
  const isDense = window.dilations.every((dilation) => dilation === 1) && window.strides[0] === window.strides[1];
  const rows = isDense ? splitAxis(inputHeight, outputHeight, window.size[0], window.strides[0], pads.top) : undefined;
  const columns = isDense ? splitAxis(inputWidth, outputWidth, window.size[1], window.strides[1], pads.left) : undefined;
  const { activation, output } = emission.absorbedBy(node);
  if (rows !== undefined && columns !== undefined) {
    emission.define(output, phaseConvolutions(emission, node, rows, columns), channelsFirst);
    return;
  }
  const { graph } = emission;
  const { bias } = emission.absorbedBy(node);
  const shape = storedShape(emission.shapeOf(output), channelsFirst);
  const leftOver = (axis: 0 | 1, inputSize: number, outputSize: number, padding: number): number =>
    outputSize + padding - (inputSize - 1) * window.strides[axis] - (window.size[axis] - 1) * window.dilations[axis] - 1;
  const attributes = {
    ...windowAttributes(window, pads),
    dilations: { ints: window.dilations },
    output_padding: {
      ints: [leftOver(0, inputHeight, outputHeight, pads.top + pads.bottom), leftOver(1, inputWidth, outputWidth, pads.left + pads.right)],
    },
  };
  const operands = [
    emission.value(x, channelsFirst),
    emission.value(kernel, outputInputFirst),
    ...(bias === undefined ? [] : [emission.value(bias)]),
  ];
  const result = graph.node('ConvTranspose', operands, shape, attributes);
  emission.define(output, activation ? graph.node('Relu', [result], shape) : result, channelsFirst);
};

function phaseConvolutions(emission: Emission, node: ProgramNode, rows: readonly Phase[], columns: readonly Phase[]): Value {
  const { graph } = emission;
  const { bias, activation, output } = emission.absorbedBy(node);
  const x = emission.value(input(node, 0), channelsFirst);
  const filter = emission.value(input(node, 1), asConvolution);
  const [batch, channels, height, width] = storedShape(emission.shapeOf(output), channelsFirst) as [number, number, number, number];
  const stride = rows.length;
  const shape = [batch, channels, height / stride, width / stride];
  const biasOperand = bias === undefined ? [] : [emission.value(bias)];
  const parts = rows.flatMap((row) =>
    columns.map((column) => {
      const taps = [row, column].map(({ firstTap, taps: count }, i) => ({
        axis: i + 2,
        start: firstTap + stride * (count - 1),
        count,
        step: -stride,
      }));
      const result = graph.node('Conv', [x, graph.slice(filter, taps), ...biasOperand], shape, {
        kernel_shape: { ints: [row.taps, column.taps] },
        strides: { ints: [1, 1] },
        pads: { ints: [row.before, column.before, row.after, column.after] },
      });
      return activation ? graph.node('Relu', [result], shape) : result;
    }),
  );
  return interleave(graph, parts, stride);
}

export const transposedConvolutionEmitters = { conv2d_transpose: transposedConvolution };
