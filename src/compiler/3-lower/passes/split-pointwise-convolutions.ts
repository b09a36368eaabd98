import type { Program, TensorId } from '../../ir/program.js';
import type { Attributes } from '../../ops/op.js';
import { number } from '../../ops/rules/attributes.js';
import { type RewriteContext, rewriteProgram } from '../rewrite.js';

/**
 * Adds the 1x1 convolutions of the parts of a concat, each with its slice of the kernel; their sum is the convolution of the whole.
 * @returns undefined where the kernel is not 1x1 or `x` is no concat of channels.
 */
export const convolveParts = (
  { builder, emit }: RewriteContext,
  x: TensorId,
  kernel: TensorId,
  attributes: Attributes,
): TensorId[] | undefined => {
  const [rows, columns, , filters = 0] = builder.shapeOf(kernel);
  const concat = builder.nodeOf(x);
  if (rows !== 1 || columns !== 1 || concat?.op !== 'concat' || number(concat.attributes, 'axis') !== 3) return undefined;
  let first = 0;
  return concat.inputs.map((part) => {
    const channels = builder.shapeOf(part)[3] ?? 0;
    const own = emit('slice', [kernel], { begin: [0, 0, first, 0], size: [1, 1, channels, filters] });
    first += channels;
    return emit('conv2d', [part, own], attributes);
  });
};

/**
 * A 1x1 convolution of a concat becomes the sum of 1x1 convolutions of its parts, each with its slice of the kernel.
 *
 * Why: a 1x1 convolution does little arithmetic for each element it reads; writing the concat takes about as long, and the concat, as large as all its
 * parts together, has to be kept for the filter's gradient. The parts exist anyway. In the backward pass the slices of the gradient go as well. On
 * LW-DRGN's second stage the least CPU time of a step fell by 6 % on libtensorflow and 7 % on onnxruntime; the medians, on a busy machine, did not
 * tell. Runs before differentiation only: without a backward pass onnxruntime was slower with it, and libtensorflow has `splitConcats`.
 */
export const splitPointwiseConvolutions = (program: Program): Program =>
  rewriteProgram(program, (node, context) => {
    if (node.op !== 'conv2d') return undefined;
    const [x = -1, kernel = -1] = context.inputs;
    return convolveParts(context, x, kernel, node.attributes)?.reduce((sum, part) => context.emit('add', [sum, part]));
  });
