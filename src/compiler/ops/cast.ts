import { elementTypes } from '../ir/element-type.js';
import type { OpDefinition } from './op.js';
import { word } from './rules/attributes.js';
import { unaryShape } from './rules/elementwise.js';
import { problem } from './rules/problem.js';

export const cast: OpDefinition = {
  name: 'cast',
  documentation:
    'x with elements of another type, each rounded to the nearest number that the type has; of two equally near ones to the one whose last bit is 0 ' +
    '(IEEE 754). Its gradient is cast back.',
  inputs: ['x'],
  attributes: [{ name: 'type', kind: { oneOf: elementTypes }, documentation: "Type of the result's elements." }],
  callable: false,
  shape: unaryShape,
  type: (_inputs, attributes) => elementTypes.find((type) => type === word(attributes, 'type')) ?? problem('there is no such type'),
  gradient: (builder, { inputs: [x = 0], outputGradient }) => [builder.emit('cast', [outputGradient], { type: builder.typeOf(x) })],
};
