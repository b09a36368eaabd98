import { add } from '../ir/dimension.js';
import type { OpDefinition } from './op.js';
import { pairs, word } from './rules/attributes.js';
import { extentAt } from './rules/extents.js';
import { problem } from './rules/problem.js';
import { oneType } from './rules/types.js';

export const pad: OpDefinition = {
  name: 'pad',
  documentation:
    'x with elements added before and after along each axis: a constant, or copies of x: its edge (replicate), mirrored without the edge (reflect) or with it (symmetric).',
  inputs: ['x'],
  attributes: [
    { name: 'paddings', kind: 'paddings', documentation: 'For each axis [before, after].' },
    {
      name: 'mode',
      kind: { oneOf: ['constant', 'replicate', 'reflect', 'symmetric'] },
      default: 'constant',
      documentation: 'What the added elements are.',
    },
    { name: 'value', kind: 'float', default: 0, documentation: 'The added value, for mode "constant".' },
  ],
  callable: true,
  shape: ([x = []], attributes) => {
    const paddings = pairs(attributes, 'paddings');
    if (paddings.length !== x.length) {
      return problem(`a tensor [${x.join(', ')}] needs ${x.length} pairs of paddings, found ${paddings.length}`, 0);
    }
    const mode = word(attributes, 'mode');
    const mirrored = { reflect: -1, symmetric: 0 }[mode];
    for (const [axis, pair] of paddings.entries()) {
      if (pair.some((count) => typeof count === 'number' && count < 0)) {
        return problem(`paddings are 0 or more, found [${pair.join(', ')}] for axis ${axis}`, 0);
      }
      const extent = extentAt(x, axis);
      if (
        mirrored !== undefined &&
        typeof extent === 'number' &&
        pair.some((count) => typeof count === 'number' && count > extent + mirrored)
      ) {
        return problem(
          `mode "${mode}" can add at most ${extent + mirrored} elements to axis ${axis} of [${x.join(', ')}], not [${pair.join(', ')}]`,
          0,
        );
      }
    }
    return x.map((extent, axis) => {
      const [before, after] = paddings[axis] ?? [0, 0];
      return add(add(extent, before), after);
    });
  },
  type: oneType,
  gradient: (builder, { inputs: [x = 0], outputGradient, attributes }) => {
    if (word(attributes, 'mode') !== 'constant') throw new Error('pads that copy are decomposed before differentiation');
    const begin = pairs(attributes, 'paddings').map(([before]) => before);
    return [builder.emit('slice', [outputGradient], { begin, size: builder.shapeOf(x) })];
  },
};
