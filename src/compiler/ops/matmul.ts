import { type Dimension, elementsOf, type Shape } from '../ir/dimension.js';
import type { OpDefinition, ShapeContext, ShapeProblem } from './op.js';
import { flag } from './rules/attributes.js';
import { problem } from './rules/problem.js';

/** Rows and columns of an operand, transposed where asked. */
const matrixOf = (shape: Shape, isTransposed: boolean): readonly [Dimension, Dimension] => {
  const [rows = 1, columns = 1] = shape.slice(-2);
  return isTransposed ? [columns, rows] : [rows, columns];
};

const leadingProblem = (a: Shape, b: Shape, context: ShapeContext): ShapeProblem | undefined => {
  const short = [a, b].findIndex((shape) => shape.length < 2);
  if (short >= 0) {
    const found = short === 0 ? a : b;
    return problem(`matmul needs tensors [..., rows, columns] of rank 2 or more, found rank ${found.length}: [${found.join(', ')}]`, short);
  }
  if (a.length === 2 || b.length === 2) return undefined;
  const agrees = a.length === b.length && a.slice(0, -2).every((extent, axis) => context.equal(extent, b[axis] ?? 0));
  return agrees
    ? undefined
    : problem(
        `the axes before the last two differ in [${a.join(', ')}] and [${b.join(', ')}]; they are equal, or one operand is a single matrix`,
        0,
        1,
      );
};

export const matmul: OpDefinition = {
  name: 'matmul',
  documentation:
    'Products of matrices, which stand in the last two axes, each transposed first where asked. The axes before are equal, one product for each; or ' +
    'one operand is a single matrix [rows, columns], which each matrix of the other is multiplied with.',
  inputs: ['a', 'b'],
  attributes: [
    { name: 'transpose_a', kind: 'bool', default: false, documentation: 'Transposes the matrices of a first.' },
    { name: 'transpose_b', kind: 'bool', default: false, documentation: 'Transposes the matrices of b first.' },
  ],
  callable: true,
  shape: ([a = [], b = []], attributes, context) => {
    const wrong = leadingProblem(a, b, context);
    if (wrong) return wrong;
    const [rows, inner] = matrixOf(a, flag(attributes, 'transpose_a'));
    const [other, columns] = matrixOf(b, flag(attributes, 'transpose_b'));
    if (!context.equal(inner, other)) return problem(`a has ${inner} columns, b has ${other} rows`, 0, 1);
    return [...(a.length === 2 ? b : a).slice(0, -2), rows, columns];
  },
  cost: ([a = []], output, attributes) => ({ macs: elementsOf([...output, matrixOf(a, flag(attributes, 'transpose_a'))[1]]) }),
  gradient: (builder, { inputs: [a = 0, b = 0], outputGradient: g, attributes, needs }) => {
    const ta = flag(attributes, 'transpose_a');
    const tb = flag(attributes, 'transpose_b');
    const [aShape, bShape] = [builder.shapeOf(a), builder.shapeOf(b)];
    const product = (left: number, right: number, transposeLeft: boolean, transposeRight: boolean): number =>
      builder.emit('matmul', [left, right], { transpose_a: transposeLeft, transpose_b: transposeRight });
    /** All rows of all matrices below each other, so that a sum over matrices is one product. */
    const stacked = (tensor: number): number => {
      const shape = builder.shapeOf(tensor);
      const columns = shape.at(-1) ?? 1;
      return builder.emit('reshape', [tensor], { shape: [Number(elementsOf(shape)) / columns, columns] });
    };
    const gradientOfB = (): number => {
      const isSum = bShape.length === 2 && aShape.length > 2 && !ta;
      const [x, dy] = isSum ? [stacked(a), stacked(g)] : [a, g];
      return builder.unbroadcast(tb ? product(dy, x, true, ta) : product(x, dy, !ta, false), bShape);
    };
    return [
      needs[0] ? builder.unbroadcast(ta ? product(b, g, tb, true) : product(g, b, false, !tb), aShape) : undefined,
      needs[1] ? gradientOfB() : undefined,
    ];
  },
};
