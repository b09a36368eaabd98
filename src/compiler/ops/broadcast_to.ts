import type { OpDefinition } from './op.js';
import { dimensions } from './rules/attributes.js';
import { broadcastShapes } from './rules/broadcasting.js';
import { extentAt } from './rules/extents.js';
import { isProblem, problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const broadcastTo: OpDefinition = {
  name: 'broadcast_to',
  documentation: 'x repeated along its axes of extent 1, and along new leading axes, so that it has the shape.',
  inputs: ['x'],
  attributes: [{ name: 'shape', kind: 'dimensions', documentation: 'The shape of the result.' }],
  callable: true,
  shape: ([x = []], attributes, context) => {
    const shape = dimensions(attributes, 'shape');
    const common = broadcastShapes([shape, x], context);
    if (isProblem(common)) return common;
    const fits = x.length <= shape.length && common.every((extent, axis) => context.equal(extent, extentAt(shape, axis)));
    return fits ? shape : problem(`[${x.join(', ')}] cannot be broadcast to [${shape.join(', ')}]`, 0);
  },
  type: oneType,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [builder.unbroadcast(outputGradient, builder.shapeOf(x))],
};
