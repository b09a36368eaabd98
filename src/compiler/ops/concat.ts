import { add } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { number } from './rules/attributes.js';
import { axesProblem } from './rules/axes.js';
import { extentAt } from './rules/extents.js';
import { problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const concat: OpDefinition = {
  name: 'concat',
  documentation: 'Tensors one after another along an axis. All other extents are equal.',
  inputs: ['values'],
  variadic: true,
  attributes: [{ name: 'axis', kind: 'int', documentation: 'The axis to join along, from 0.' }],
  callable: true,
  shape: (inputs, attributes, context) => {
    const axis = number(attributes, 'axis');
    const [first = [], ...others] = inputs;
    const wrong = axesProblem([axis], first.length);
    if (wrong) return wrong;
    for (const [i, other] of others.entries()) {
      const agrees = other.length === first.length && first.every((extent, j) => j === axis || context.equal(extent, extentAt(other, j)));
      if (!agrees) {
        return problem(
          `[${first.join(', ')}] and [${other.join(', ')}] differ in another axis than ${axis}, along which they are joined`,
          0,
          i + 1,
        );
      }
    }
    return first.map((extent, j) => (j === axis ? others.reduce((sum, other) => add(sum, extentAt(other, axis)), extent) : extent));
  },
  type: oneType,
  gradient: (builder, { inputs, outputGradient, attributes, needs }) => {
    const axis = number(attributes, 'axis');
    let start = 0;
    return inputs.map((input, i) => {
      const size = builder.shapeOf(input);
      const begin = size.map((_, j) => (j === axis ? start : 0));
      start += size[axis] ?? 0;
      return needs[i] ? builder.emit('slice', [outputGradient], { begin, size }) : undefined;
    });
  },
};
