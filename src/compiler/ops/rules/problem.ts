import type { Shape } from '../../ir/dimension.js';
import type { ShapeProblem } from '../op.js';

/** Whether a rule of shapes or types found a problem instead of a result. */
export const isProblem = (result: object | string): result is ShapeProblem => typeof result === 'object' && 'problem' in result;

export const problem = (text: string, ...inputs: number[]): ShapeProblem => ({ problem: text, inputs });

/** The problem of an input that has not the rank a rule needs, if so. */
export const rankProblem = (name: string, shape: Shape, rank: number, meaning: string, input = 0): ShapeProblem | undefined =>
  shape.length === rank
    ? undefined
    : problem(`${name} needs a tensor ${meaning} of rank ${rank}, found rank ${shape.length}: [${shape.join(', ')}]`, input);
