import { type Dimension, elementsOf } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { flag } from './rules/attributes.js';
import { problem, rankProblem } from './rules/problem.js';

export const matmul: OpDefinition = {
  name: 'matmul',
  documentation: 'The product of two matrices, each transposed first where asked.',
  inputs: ['a', 'b'],
  attributes: [
    { name: 'transpose_a', kind: 'bool', default: false, documentation: 'Transposes a first.' },
    { name: 'transpose_b', kind: 'bool', default: false, documentation: 'Transposes b first.' },
  ],
  callable: true,
  shape: ([a = [], b = []], attributes, context) => {
    const wrong = rankProblem('matmul', a, 2, '[rows, columns]') ?? rankProblem('matmul', b, 2, '[rows, columns]', 1);
    if (wrong) return wrong;
    const [rows, inner] = (flag(attributes, 'transpose_a') ? [a[1], a[0]] : a) as [Dimension, Dimension];
    const [other, columns] = (flag(attributes, 'transpose_b') ? [b[1], b[0]] : b) as [Dimension, Dimension];
    if (!context.equal(inner, other)) return problem(`a has ${inner} columns, b has ${other} rows`, 0, 1);
    return [rows, columns];
  },
  cost: ([a = []], output, attributes) => ({
    macs: elementsOf([...output, (flag(attributes, 'transpose_a') ? a[0] : a[1]) ?? 1]),
  }),
  gradient: (builder, { inputs: [a = 0, b = 0], outputGradient: g, attributes, needs }) => {
    const ta = flag(attributes, 'transpose_a');
    const tb = flag(attributes, 'transpose_b');
    const product = (left: number, right: number, transposeLeft: boolean, transposeRight: boolean): number =>
      builder.emit('matmul', [left, right], { transpose_a: transposeLeft, transpose_b: transposeRight });
    return [
      needs[0] ? (ta ? product(b, g, tb, true) : product(g, b, false, !tb)) : undefined,
      needs[1] ? (tb ? product(g, a, true, ta) : product(a, g, !ta, false)) : undefined,
    ];
  },
};
