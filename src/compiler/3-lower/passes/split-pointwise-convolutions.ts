import type { Program } from '../../ir/program.js';
import { number } from '../../ops/rules/attributes.js';
import { rewriteProgram } from '../rewrite.js';

/**
 * A 1x1 convolution of a concat becomes the sum of 1x1 convolutions of its parts, each with its slice of the kernel.
 *
 * Why: a 1x1 convolution does little arithmetic for each element it reads; writing the concat takes about as long, and the concat, as large as all its
 * parts together, has to be kept for the filter's gradient. The parts exist anyway. In the backward pass the slices of the gradient go as well. Measured
 * on LW-DRGN's second stage: 6 % less CPU time on libtensorflow, 7 % on onnxruntime. Runs before differentiation only: without a backward pass it
 * makes no difference to libtensorflow, and onnxruntime is 5 % slower.
 */
export const splitPointwiseConvolutions = (program: Program): Program =>
  rewriteProgram(program, (node, { builder, inputs, emit }) => {
    if (node.op !== 'conv2d') return undefined;
    const [x, kernel] = inputs;
    if (x === undefined || kernel === undefined) return undefined;
    const [rows, columns, , filters = 0] = builder.shapeOf(kernel);
    const concat = builder.nodeOf(x);
    if (rows !== 1 || columns !== 1 || concat?.op !== 'concat' || number(concat.attributes, 'axis') !== 3) return undefined;
    let first = 0;
    const parts = concat.inputs.map((part) => {
      const channels = builder.shapeOf(part)[3] ?? 0;
      const own = emit('slice', [kernel], { begin: [0, 0, first, 0], size: [1, 1, channels, filters] });
      first += channels;
      return emit('conv2d', [part, own], node.attributes);
    });
    return parts.reduce((sum, part) => emit('add', [sum, part]));
  });
