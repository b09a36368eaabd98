import { elementsOf, isExact } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { dimensions } from './rules/attributes.js';
import { problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const reshape: OpDefinition = {
  name: 'reshape',
  documentation: 'The same elements in row-major order with another shape.',
  inputs: ['x'],
  attributes: [{ name: 'shape', kind: 'dimensions', documentation: 'The new shape; it holds as many elements as the old one.' }],
  callable: true,
  shape: ([x = []], attributes, context) => {
    const shape = dimensions(attributes, 'shape');
    const [before, after] = [elementsOf(x), elementsOf(shape)];
    const unknown = isExact(before) ? (isExact(after) ? undefined : shape) : x;
    if (unknown) return problem(`the number of elements of [${unknown.join(', ')}] is beyond what can be worked out`, 0);
    if (context.equal(before, after)) return shape;
    return problem(`[${x.join(', ')}] has ${before} elements, [${shape.join(', ')}] has ${after}`, 0);
  },
  type: oneType,
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [builder.emit('reshape', [outputGradient], { shape: builder.shapeOf(x) })],
};
