import { evaluateShape } from '../ir/dimension.js';
import type { ConstantOpDefinition } from './op.js';
import { dimensions, number } from './rules/attributes.js';
import { problem } from './rules/problem.js';

export const positions: ConstantOpDefinition = {
  name: 'positions',
  documentation: 'A tensor whose elements are their own index along an axis, counted from 0.',
  inputs: [],
  attributes: [
    { name: 'shape', kind: 'dimensions', documentation: 'The shape of the result.' },
    { name: 'axis', kind: 'int', default: 0, documentation: 'The axis that is counted along, from 0.' },
  ],
  callable: true,
  shape: (_inputs, attributes) => {
    const shape = dimensions(attributes, 'shape');
    const axis = number(attributes, 'axis');
    return axis >= 0 && axis < shape.length ? shape : problem(`a tensor [${shape.join(', ')}] has no axis ${axis}`);
  },
  values: (attributes) => {
    const shape = evaluateShape(dimensions(attributes, 'shape'), {});
    const axis = number(attributes, 'axis');
    const extent = shape[axis] ?? 1;
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const length = shape.reduce((product, size) => product * size, 1);
    return Float32Array.from({ length }, (_, i) => Math.floor(i / inner) % extent);
  },
};
