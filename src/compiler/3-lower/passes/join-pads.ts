import type { Program, ProgramNode, TensorId } from '../../ir/program.js';
import { number, pairs, word } from '../../ops/rules/attributes.js';
import type { ProgramBuilder } from '../program-builder.js';
import { type RewriteContext, rewriteProgram } from '../rewrite.js';

/**
 * The sum of two tensors that are padded with zeros to neighbouring places becomes one padded concat:
 * pad(a, [0, 3]) + pad(b, [2, 0]) = concat(a, b), for a with 2 and b with 3 elements.
 *
 * Why: a gradient that comes back through slices (the parts of an SSIM, the splits of a filter) is a sum of pads, each as large as the whole. One concat
 * writes the same tensor once.
 */
export const joinPads = (program: Program): Program =>
  rewriteProgram(program, (node, context) => (node.op === 'add' ? joinSum(context) : joinConcats(node, context)));

/** A tensor padded with zeros along one axis. */
interface ZeroPad {
  readonly source: TensorId;
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

const zeroPadOf = (builder: ProgramBuilder, tensor: TensorId): ZeroPad | undefined => {
  const node = builder.nodeOf(tensor);
  const source = node?.inputs[0];
  if (node?.op !== 'pad' || source === undefined) return undefined;
  if (word(node.attributes, 'mode') !== 'constant' || number(node.attributes, 'value') !== 0) return undefined;
  const padded = pairs(node.attributes, 'paddings').flatMap(([before, after], axis) =>
    before === 0 && after === 0 ? [] : [{ source, axis, before: Number(before), after: Number(after) }],
  );
  return padded.length === 1 ? padded[0] : undefined;
};

const joinSum = ({ builder, inputs, emit }: RewriteContext): TensorId | undefined => {
  const [a, b] = inputs.map((input) => zeroPadOf(builder, input));
  const [whole] = inputs;
  if (a === undefined || b === undefined || whole === undefined || a.axis !== b.axis) return undefined;
  const { axis } = a;
  const shape = builder.shapeOf(whole);
  const extent = shape[axis] ?? 0;
  const [first, second] = a.before < b.before ? [a, b] : [b, a];
  if (extent - first.after !== second.before || inputs.some((input) => builder.shapeOf(input).join() !== shape.join())) return undefined;
  const joined = emit('concat', [first.source, second.source], { axis });
  const paddings = shape.map((_, i) => (i === axis ? [first.before, second.after] : [0, 0]));
  return emit('pad', [joined], { paddings, mode: 'constant', value: 0 });
};

/** A concat of concats along one axis is one concat. */
const joinConcats = (node: ProgramNode, { builder, inputs, emit }: RewriteContext): TensorId | undefined => {
  if (node.op !== 'concat') return undefined;
  const axis = number(node.attributes, 'axis');
  const parts = inputs.flatMap((input) => {
    const inner = builder.nodeOf(input);
    return inner?.op === 'concat' && number(inner.attributes, 'axis') === axis ? inner.inputs : [input];
  });
  return parts.length === inputs.length ? undefined : emit('concat', parts, { axis });
};
