import type { Program } from '../../ir/program.js';
import { rewriteProgram } from '../rewrite.js';

/**
 * Replaces stop_gradient by its input.
 *
 * Why: it means something to differentiation only. Runs after it; before it, it would change the gradients.
 */
export const removeGradientStops = (program: Program): Program =>
  rewriteProgram(program, (node, { inputs }) => (node.op === 'stop_gradient' ? inputs[0] : undefined));
