import type { ProgramNode, TensorId } from '../../ir/program.js';
import type { OpName } from '../../ops/index.js';
import type { RewriteContext } from '../rewrite.js';

/** The one value that all elements of a constant have. */
const uniformValue = ({ builder }: RewriteContext, tensor: TensorId): number | undefined => {
  const definition = builder.nodeOf(tensor);
  const source = definition?.op === 'broadcast_to' ? (definition.inputs[0] ?? tensor) : tensor;
  const values = builder.constantOf(source);
  const first = values?.[0];
  return first !== undefined && values?.every((value) => value === first) ? first : undefined;
};

/** The tensor, repeated where the result of the node is larger than it. */
const stretched = (tensor: TensorId, { builder, inputs, emit }: RewriteContext): TensorId => {
  const [a = [], b = []] = inputs.map((input) => builder.shapeOf(input));
  const rank = Math.max(a.length, b.length);
  const extent = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, axis) => (extent(a, axis) === 1 ? extent(b, axis) : extent(a, axis)));
  const present = builder.shapeOf(tensor);
  return present.join() === shape.join() ? tensor : emit('broadcast_to', [tensor], { shape });
};

/** Powers that have an operator of their own. */
const powers: ReadonlyMap<number, OpName> = new Map([
  [2, 'square'],
  [0.5, 'sqrt'],
  [-0.5, 'rsqrt'],
]);

/** `(x * c1) * c2` as `x * (c1 c2)`, for constants of one value. */
const mergeFactors = (x: TensorId, factor: number, context: RewriteContext): TensorId | undefined => {
  const { builder, emit } = context;
  const inner = builder.nodeOf(x);
  if (inner?.op !== 'mul') return undefined;
  const [a, b] = inner.inputs;
  if (a === undefined || b === undefined) return undefined;
  for (const [value, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (builder.shapeOf(other).length > 0) continue;
    const known = uniformValue(context, other);
    if (known !== undefined) return emit('mul', [value, builder.scalar(known * factor)]);
  }
  return undefined;
};

const simplifyProduct = (a: TensorId, b: TensorId, context: RewriteContext): TensorId | undefined => {
  const { builder, emit } = context;
  for (const [x, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const factor = uniformValue(context, other);
    if (factor === undefined) continue;
    if (factor === 1) return stretched(x, context);
    if (factor === -1) return emit('neg', [stretched(x, context)]);
    // As in all compilers of networks, 0 times anything is 0: a term with weight 0 is not computed, so it cannot make a NaN either.
    if (factor === 0) return stretched(builder.scalar(0), context);
    if (builder.shapeOf(other).length === 0) return mergeFactors(x, factor, context);
  }
  return undefined;
};

/** Neutral and absorbing elements, double negations, chains of constant factors, powers with names of their own. */
export const simplifyArithmetic = (node: ProgramNode, context: RewriteContext): TensorId | undefined => {
  const { builder, inputs, emit } = context;
  const [a, b] = inputs;
  if (a === undefined) return undefined;
  const before = builder.nodeOf(a);
  if (b === undefined) {
    if (node.op === 'neg' && before?.op === 'neg') return before.inputs[0];
    if (node.op === 'relu' && before?.op === 'relu') return a;
    return undefined;
  }
  const after = builder.nodeOf(b);
  const right = uniformValue(context, b);
  switch (node.op) {
    case 'add': {
      if (right === 0) return stretched(a, context);
      if (uniformValue(context, a) === 0) return stretched(b, context);
      const [negated] = after?.op === 'neg' ? after.inputs : [];
      return negated === undefined ? undefined : emit('sub', [a, negated]);
    }
    case 'sub': {
      if (right === 0) return stretched(a, context);
      const [negated] = after?.op === 'neg' ? after.inputs : [];
      return negated === undefined ? undefined : emit('add', [a, negated]);
    }
    case 'mul':
      return simplifyProduct(a, b, context);
    case 'div': {
      // Division by a power of two is exact as a product, which is faster and merges with other factors.
      const exponent = right === undefined ? Number.NaN : Math.log2(Math.abs(right));
      const isExact = Number.isInteger(exponent) && Math.abs(exponent) < 100;
      return right !== undefined && isExact ? emit('mul', [stretched(a, context), builder.scalar(1 / right)]) : undefined;
    }
    case 'pow': {
      const named = right === undefined ? undefined : powers.get(right);
      if (named) return emit(named, [stretched(a, context)]);
      return right === 1 ? stretched(a, context) : undefined;
    }
    default:
      return undefined;
  }
};
