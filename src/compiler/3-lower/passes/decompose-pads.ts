import type { Program, TensorId } from '../../ir/program.js';
import { pairs, word } from '../../ops/rules/attributes.js';
import { type RewriteContext, rewriteProgram } from '../rewrite.js';

/**
 * Pads that copy elements become slices, reverses and concats, one axis after another.
 *
 * Why: engines differ in what they support (ONNX calls them edge and reflect, TensorFlow has mirrored modes only) and tfjs' gradients of mirrored
 * pads are wrong on every backend. The parts have simple, exact gradients everywhere. Runs before differentiation.
 */
export const decomposePads = (program: Program): Program =>
  rewriteProgram(program, (node, context) => {
    if (node.op !== 'pad' || word(node.attributes, 'mode') === 'constant') return undefined;
    const mode = word(node.attributes, 'mode');
    const [x] = context.inputs;
    if (x === undefined) return undefined;
    return pairs(node.attributes, 'paddings').reduce(
      (padded, [before, after], axis) => padAxis(context, padded, axis, Number(before), Number(after), mode),
      x,
    );
  });

const padAxis = (context: RewriteContext, x: TensorId, axis: number, before: number, after: number, mode: string): TensorId => {
  if (before === 0 && after === 0) return x;
  const { builder, emit } = context;
  const shape = builder.shapeOf(x);
  const extent = shape[axis] ?? 0;
  const slice = (start: number, count: number): TensorId =>
    emit('slice', [x], {
      begin: shape.map((_, i) => (i === axis ? start : 0)),
      size: shape.map((size, i) => (i === axis ? count : size)),
    });
  const repeated = (start: number, count: number): TensorId =>
    emit('broadcast_to', [slice(start, 1)], { shape: shape.map((size, i) => (i === axis ? count : size)) });
  const mirrored = (start: number, count: number): TensorId => emit('reverse', [slice(start, count)], { axes: [axis] });
  const edge = mode === 'reflect' ? 1 : 0;
  const head = mode === 'replicate' ? repeated : (_start: number, count: number): TensorId => mirrored(edge, count);
  const tail = mode === 'replicate' ? repeated : (_start: number, count: number): TensorId => mirrored(extent - edge - count, count);
  const parts = [...(before > 0 ? [head(0, before)] : []), x, ...(after > 0 ? [tail(extent - 1, after)] : [])];
  return emit('concat', parts, { axis });
};
