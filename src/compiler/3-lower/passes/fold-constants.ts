import type { Program } from '../../ir/program.js';
import { rewriteProgram } from '../rewrite.js';
import { evaluateConstant } from './constant-arithmetic.js';

/** Larger results stay computed: a constant of that size would cost more to store and load than to make. */
const largestFolded = 4096;

/**
 * Computes nodes whose inputs are all small constants.
 *
 * Why: the scale factors of losses, the gradient 1 of the loss itself and filters built from lists reach the Program as arithmetic on constants.
 * Folded, they can be recognised by the simplification ("times 1") and cost nothing at run time.
 */
export const foldConstants = (program: Program): Program =>
  rewriteProgram(program, (node, { builder, inputs }) => {
    const operands = inputs.map((input) => ({ shape: builder.shapeOf(input), values: builder.constantOf(input) }));
    const shape = program.tensors[node.output]?.shape ?? [];
    if (shape.reduce((product, extent) => product * extent, 1) > largestFolded) return undefined;
    const known = operands.flatMap(({ shape: operandShape, values }) => (values ? [{ shape: operandShape, values }] : []));
    if (known.length < operands.length) return undefined;
    const values = evaluateConstant(node, known, shape);
    return values && builder.constant(values, shape);
  });
